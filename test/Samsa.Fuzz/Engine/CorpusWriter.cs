using System.Security.Cryptography;

namespace Samsa.Fuzz.Engine;

/// <summary>Chooses the inputs that show the most, each something that no chosen one shows, and writes them to files.</summary>
public sealed class CorpusWriter(IFuzzTarget target)
{
    private const int LargestInput = 6000;
    private const int MostBytes = 50_000;
    private const int MostInputs = 60;

    /// <summary>Writes into a folder, which is made when it is missing. Files are named after their content.</summary>
    public void Write(string folder, IEnumerable<byte[]> inputs)
    {
        Directory.CreateDirectory(folder);
        var candidates = inputs.Where(input => input.Length <= LargestInput).OrderBy(input => input.Length)
            .Select(input => (Input: input, Signs: SignsOf(input))).ToList();
        var seen = new HashSet<ulong>();
        var total = 0;
        for (var chosen = 0; chosen < MostInputs && candidates.Count > 0; chosen++)
        {
            var (input, signs) = candidates.MaxBy(candidate => candidate.Signs.Count(sign => !seen.Contains(sign)));
            if (signs.TrueForAll(seen.Contains) || total + input.Length > MostBytes)
            {
                return;
            }

            candidates.Remove((input, signs));
            seen.UnionWith(signs);
            total += input.Length;
            File.WriteAllBytes(Path.Combine(folder, Convert.ToHexString(SHA256.HashData(input))[..16].ToLowerInvariant() + ".bin"), input);
        }
    }

    private List<ulong> SignsOf(byte[] input)
    {
        var seen = new Behaviour();
        target.Reset();
        target.Execute(input, seen);
        return [.. seen.Signs];
    }
}


namespace Samsa.Fuzz.Targets;

/// <summary>The frames that real clients and brokers exchanged; see the test that reads the same files.</summary>
internal static class GoldenFrames
{
    /// <summary>The requests, header included.</summary>
    public static IEnumerable<byte[]> Requests() => All().Where(frame => frame.Request).Select(frame => frame.Bytes);

    /// <summary>Every frame: API key, version, whether it is a request, bytes.</summary>
    public static IEnumerable<(short Key, short Version, bool Request, byte[] Bytes)> All()
    {
        foreach (var path in Directory.EnumerateFiles(RepositoryPaths.GoldenFrames, "*.txt").Order(StringComparer.Ordinal))
        {
            foreach (var line in File.ReadLines(path))
            {
                if (line.Length > 0 && line[0] != '#' && line.Split(' ') is [var key, var version, var kind, var hex])
                {
                    yield return (short.Parse(key, Invariant), short.Parse(version, Invariant), kind == "request", Convert.FromHexString(hex));
                }
            }
        }
    }

    private static System.Globalization.CultureInfo Invariant => System.Globalization.CultureInfo.InvariantCulture;
}

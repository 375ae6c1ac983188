namespace Samsa.InteropTests.Support;

/// <summary>A directory of its own that goes away with the test; SAMSA_INTEROP_KEEP=1 keeps it for a look.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    private static readonly bool Keep = Environment.GetEnvironmentVariable("SAMSA_INTEROP_KEEP") == "1";

    public TemporaryDirectory() => FullName = Directory.CreateTempSubdirectory("samsa-interop-").FullName;

    public string FullName { get; }

    public string File(string name) => Path.Combine(FullName, name);

    public void Dispose()
    {
        if (Keep)
        {
            return;
        }

        try
        {
            Directory.Delete(FullName, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
        }
    }
}

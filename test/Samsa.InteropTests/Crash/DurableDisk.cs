using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.Crash;

/// <summary>
/// A directory that can be thrown back to what a disk would hold after a power cut. A small library (durable_disk.c), loaded
/// into the broker's process, keeps what each fsync of a file or directory made durable; <see cref="RollBack"/>, after the
/// process was killed, makes the directory anew from that alone. Keeps the compiled library and the memory of the disk in the
/// broker's home, and lives as long as that; used by one test; without Linux or a C compiler the test is skipped.
/// </summary>
internal sealed class DurableDisk
{
    private readonly string _home;
    private readonly string _directory;

    private DurableDisk(TestBroker broker)
    {
        _home = broker.Home;
        _directory = broker.DataDirectory;
        Directory.CreateDirectory(_directory);
        Directory.CreateDirectory(Memory);
    }

    /// <summary>What the broker's process must have in its environment.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["LD_PRELOAD"] = Library,
        ["SAMSA_DISK"] = _directory,
        ["SAMSA_DURABLE"] = Memory,
    };

    /// <summary>Bytes of files that the power cuts took so far: written, and never made durable.</summary>
    public long LostBytes { get; private set; }

    private string Library => Path.Combine(_home, "durable_disk.so");

    private string Memory => Path.Combine(_home, "durable");

    public static async Task<DurableDisk> CreateAsync(TestBroker broker)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The power cut needs LD_PRELOAD and /proc, so it is made on Linux only.");
        string compiler = Tools.CCompiler;
        DurableDisk disk = new(broker);
        string source = Path.Combine(RepositoryPaths.Root, "test", "Samsa.InteropTests", "Crash", "durable_disk.c");
        (await Child.RunAsync(compiler, "-shared", "-fPIC", "-O2", "-o", disk.Library, source, "-ldl", "-lpthread")).Succeeded();
        return disk;
    }

    /// <summary>Throws the page cache away: the directory holds afterwards what was durable, and nothing else.</summary>
    public void RollBack()
    {
        string root = File.ReadAllText(Path.Combine(Memory, "root"));
        long before = BytesIn(_directory);
        Directory.Delete(_directory, recursive: true);
        Restore(root, _directory);
        LostBytes += before - BytesIn(_directory);
        Directory.Delete(Memory, recursive: true);
        Directory.CreateDirectory(Memory);
    }

    private static long BytesIn(string directory) =>
        new DirectoryInfo(directory).EnumerateFiles("*.log", SearchOption.AllDirectories).Sum(file => file.Length);

    private void Restore(string key, string directory)
    {
        Directory.CreateDirectory(directory);
        string names = Path.Combine(Memory, key + ".names");
        if (!File.Exists(names))
        {
            // The directory's own name was made durable, its content never.
            return;
        }

        foreach (string[] entry in File.ReadLines(names).Select(line => line.Split('\t', 3)))
        {
            string path = Path.Combine(directory, entry[2]);
            string content = Path.Combine(Memory, entry[0]);
            if (entry[1] == "d")
            {
                Restore(entry[0], path);
            }
            else if (File.Exists(content))
            {
                File.Copy(content, path);
            }
            else
            {
                File.WriteAllBytes(path, []);
            }
        }
    }
}

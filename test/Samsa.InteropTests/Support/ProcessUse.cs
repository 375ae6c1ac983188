using System.Globalization;
using Xunit;

namespace Samsa.InteropTests.Support;

/// <summary>What a process holds of the machine, as Linux shows it.</summary>
internal sealed class ProcessUse
{
    private readonly string _folder;

    public ProcessUse(int id)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "What a process holds is read from /proc.");
        _folder = "/proc/" + id.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Memory that is really there, in MB.</summary>
    public double ResidentMegabytes
    {
        get
        {
            string line = File.ReadLines(_folder + "/status").Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
            return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024.0;
        }
    }

    /// <summary>Files and connections that are open.</summary>
    public int OpenFiles => Directory.GetFiles(_folder + "/fd").Length;

    /// <summary>Open files that have no name any more.</summary>
    public int OpenDeletedFiles => new DirectoryInfo(_folder + "/fd").GetFiles().Count(
        file => LinkOf(file)?.EndsWith("(deleted)", StringComparison.Ordinal) == true && LinkOf(file)?.Contains(".log", StringComparison.Ordinal) == true);

    /// <summary>Processor time so far.</summary>
    public TimeSpan Processor
    {
        get
        {
            string stat = File.ReadAllText(_folder + "/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return TimeSpan.FromMilliseconds(10 * (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)));
        }
    }

    /// <summary>How many files this process may have open.</summary>
    public static int Limit { get; } = ReadLimit();

    private static int ReadLimit()
    {
        if (!OperatingSystem.IsLinux())
        {
            return int.MaxValue;
        }

        const string Name = "Max open files";
        string line = File.ReadLines("/proc/self/limits").Single(line => line.StartsWith(Name, StringComparison.Ordinal));
        string soft = line[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        return int.TryParse(soft, CultureInfo.InvariantCulture, out int limit) ? limit : int.MaxValue;
    }

    private static string? LinkOf(FileInfo file)
    {
        try
        {
            return file.LinkTarget;
        }
        catch (IOException)
        {
            // Closed meanwhile.
            return null;
        }
    }
}

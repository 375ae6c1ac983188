using System.Diagnostics;
using Xunit;

namespace Samsa.IntegrationTests.Faults;

/// <summary>
/// A disk of its own for a test, so small that it can be filled: a tmpfs. Owns the mount; used by one test; unmounted on
/// dispose. Where mounting is not allowed, the test is skipped.
/// </summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string path) => Path = path;

    public string Path { get; }

    public static SmallDisk Mount(int kilobytes)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Mounting a small disk needs root on Linux.");
        string path = Directory.CreateTempSubdirectory("samsa-disk-").FullName;
        var error = Run("mount", "-t", "tmpfs", "-o", $"size={kilobytes}k", "samsa-test", path);
        if (error is not null)
        {
            Directory.Delete(path);
            Assert.Skip("A tmpfs cannot be mounted here: " + error);
        }

        return new SmallDisk(path);
    }

    public void Resize(int kilobytes) => Remount($"size={kilobytes}k");

    public void MakeReadOnly() => Remount("ro");

    public void Dispose()
    {
        // Lazily: what a failed test left open must not keep the mount.
        Assert.Null(Run("umount", "-l", Path));
        Directory.Delete(Path);
    }

    private void Remount(string option) => Assert.Null(Run("mount", "-o", "remount," + option, Path));

    private static string? Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true };
        using var process = Process.Start(start)!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : error;
    }
}

using System.Diagnostics;
using System.Globalization;

namespace Samsa.InteropTests.Support;

/// <summary>A server that the peers' script started in the background. The script waits for it, but not longer than half a minute.</summary>
internal static class PeerServer
{
    /// <summary>Returns when it listens; fails with what script and server said when it ended instead.</summary>
    /// <param name="started">What became of the script.</param>
    /// <param name="home">Where the script keeps the process id.</param>
    /// <param name="port">Where the server is to listen.</param>
    public static async Task UntilListeningAsync(ChildResult started, string home, int port)
    {
        if (started.ExitCode == 0)
        {
            return;
        }

        // On a busy machine it may only be late.
        (bool listens, _) = await Conditions.UntilAsync(
            $"the server in {home} listens",
            async () => (Listens: await TestBroker.IsListeningAsync(port), Runs: IsRunning(home)),
            seen => seen.Listens || !seen.Runs);
        if (!listens)
        {
            throw new InvalidOperationException(started.Describe() + await File.ReadAllTextAsync(Path.Combine(home, "start.out")));
        }
    }

    /// <summary>Whether the process that the script started is there.</summary>
    /// <param name="home">Where the script keeps the process id.</param>
    public static bool IsRunning(string home)
    {
        string file = Path.Combine(home, "pid");
        if (!File.Exists(file) || !int.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out int id))
        {
            return false;
        }

        try
        {
            using Process process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}

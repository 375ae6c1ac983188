using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Samsa.InteropTests.Support;

namespace Samsa.InteropTests.ZooKeeper;

/// <summary>Our ZooKeeper server as a process, which a test kills. Owns the process; the directory is the test's.</summary>
internal sealed partial class ZooKeeperProgram : IAsyncDisposable
{
    private readonly Process _process;

    private ZooKeeperProgram(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    /// <summary>Starts it on the files of a directory, on any port.</summary>
    public static async Task<ZooKeeperProgram> StartAsync(string directory, string settings)
    {
        string config = Path.Combine(directory, "zoo.cfg");
        await File.WriteAllTextAsync(config, $"dataDir={directory}/data\nclientPort=0\nclientPortAddress=127.0.0.1\n{settings}");
        ProcessStartInfo start = Child.Describe("dotnet", [RepositoryPaths.SamsaAssembly, "zookeeper-server", config]);
        Process process = Process.Start(start) ?? throw new InvalidOperationException("dotnet could not be started.");
        List<string> seen = [];
        while (await process.StandardOutput.ReadLineAsync().WaitAsync(Child.Patience) is { } line)
        {
            seen.Add(line);
            if (Ready().Match(line) is { Success: true } match)
            {
                // Nobody may let the pipe run full.
                _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
                _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null);
                return new ZooKeeperProgram(process, int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
            }
        }

        throw new InvalidOperationException($"The server did not start: {string.Join('\n', seen)} {await process.StandardError.ReadToEndAsync()}");
    }

    /// <summary>kill -9; ends when the process is gone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    [GeneratedRegex(@"serves ZooKeeper on \S+:(\d+) ")]
    private static partial Regex Ready();
}

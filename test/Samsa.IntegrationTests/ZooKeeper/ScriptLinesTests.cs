using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Samsa.IntegrationTests.Cli;
using Samsa.IntegrationTests.Support;
using Xunit;

namespace Samsa.IntegrationTests.ZooKeeper;

/// <summary>
/// The command lines of the user's notes about ZooKeeper, as they are written but for the port and the directory, through the names
/// in <c>bin/</c>.
/// </summary>
public sealed class ScriptLinesTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("samsa-lines-");
    private readonly int _port = FreePort();

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the scripts are for Unix shells");
        await ScriptFolder.MakeAsync(_folder);

        // The real files, with a port and a directory of this test's own.
        string config = _folder.CreateSubdirectory("config").FullName;
        foreach (string name in new[] { "zoo.cfg", "zookeeper.properties" })
        {
            string text = await File.ReadAllTextAsync(Path.Combine(ScriptFolder.Repository, "config", name));
            await File.WriteAllTextAsync(
                Path.Combine(config, name),
                text.Replace("clientPort=2181", "clientPort=" + _port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
                    .Replace("/tmp/zookeeper", Path.Combine(_folder.FullName, "data"), StringComparison.Ordinal));
        }

        Directory.CreateSymbolicLink(Path.Combine(_folder.FullName, "conf"), "config");
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return default;
    }

    [Fact]
    public async Task ZkServer_starts_tells_its_mode_and_stops()
    {
        string conf = Path.Combine(_folder.FullName, "conf", "zoo.cfg");
        Assert.Equal((0, "Starting zookeeper ... STARTED\n"), Short(await RunAsync("zkServer.sh", "start", conf)));
        try
        {
            ToolRun status;
            do
            {
                // It listens as soon as it is there; until then the script says that nobody answers.
                status = await RunAsync("zkServer", "status", conf);
            }
            while (status.ExitCode != 0);

            Assert.Equal(
                string.Create(CultureInfo.InvariantCulture, $"Client port found: {_port}. Client address: localhost. Client SSL: false.\nMode: standalone\n"),
                status.Output);
            var again = await RunAsync("zkServer.sh", "start", conf);
            Assert.Equal(1, again.ExitCode);
            Assert.StartsWith("Starting zookeeper ... already running as process ", again.Output, StringComparison.Ordinal);
            await LinesAsync();
        }
        finally
        {
            Assert.Equal((0, "Stopping zookeeper ... STOPPED\n"), Short(await RunAsync("zkServer.sh", "stop", conf)));
        }

        Assert.StartsWith("Stopping zookeeper ... no zookeeper to stop", (await RunAsync("zkServer", "stop", conf)).Output, StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync("zkServer", "status", conf)).ExitCode);
    }

    [Fact]
    public async Task Zookeeper_server_start_runs_until_a_signal_and_its_tree_is_there_again()
    {
        string properties = Path.Combine(_folder.FullName, "config", "zookeeper.properties");
        await using (var server = ToolProcess.Start(Program("zookeeper-server-start.sh"), [properties]))
        {
            await server.PrintedAsync("serves ZooKeeper on");
            await LinesAsync();
            Assert.Equal(0, (await RunAsync("zkCli", "-server", Address, "create", "/kept", "1")).ExitCode);
            Assert.Equal(0, (await server.EndAsync("TERM")).ExitCode);
        }

        await using var second = ToolProcess.Start(Program("zookeeper-server-start"), [properties]);
        await second.PrintedAsync("serves ZooKeeper on");
        Assert.EndsWith("\n1\n", (await RunAsync("zookeeper-shell.sh", Address, "get", "/kept")).Output, StringComparison.Ordinal);
        Assert.Equal(130, (await second.EndAsync("INT")).ExitCode);
    }

    [Fact]
    public async Task Start_without_a_file_tells_its_usage_and_a_wrong_file_ends_with_a_sentence()
    {
        var bare = await RunAsync("zookeeper-server-start.sh");
        Assert.Equal(1, bare.ExitCode);
        Assert.EndsWith(" [-daemon] zookeeper.properties\n", bare.Output, StringComparison.Ordinal);
        string file = Path.Combine(_folder.FullName, "wrong.cfg");
        await File.WriteAllTextAsync(file, "dataDir=/nowhere\nserver.1=one:2888:3888\n");
        var wrong = await RunAsync("zookeeper-server-start", file);
        Assert.Equal((1, "samsa: server.1: this server stands alone; ensembles are not supported yet.\n"), (wrong.ExitCode, wrong.Errors));
    }

    private static int FreePort()
    {
        // The script reads the port from the file, so it must be known before; nobody else here asks for a certain one.
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static (int ExitCode, string Output) Short(ToolRun run) => (run.ExitCode, run.Output);

    private string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}");

    /// <summary>zkCli.sh -server 127.0.0.1:2181, and then the four lines.</summary>
    private async Task LinesAsync()
    {
        var run = await ToolProcess.RunAsync(
            "create /zk_test my_data\nget /zk_test\nset /zk_test junk\nget /zk_test\ndelete /zk_test\nls /\n",
            Program("zkCli.sh"), ["-server", Address]);
        Assert.Equal((0, "Created /zk_test\n"), (run.ExitCode, run.Errors));
        Assert.EndsWith("path:null\nmy_data\njunk\n[zookeeper]\n", run.Output, StringComparison.Ordinal);
    }

    private Task<ToolRun> RunAsync(string tool, params string[] arguments) => ToolProcess.RunAsync(null, Program(tool), arguments);

    private string Program(string tool) => Path.Combine(_folder.FullName, "bin", tool);
}

using System.Net;
using System.Net.Sockets;
using Samsa.IntegrationTests.Support;
using Xunit;

namespace Samsa.IntegrationTests.Server;

public sealed class ServerProcessTests
{
    [Fact]
    public async Task Ready_line_names_the_listener_and_the_time_and_SIGTERM_ends_it_cleanly()
    {
        await using var samsa = SamsaProgram.StartServer();

        string ready = await samsa.ReadyAsync();
        Assert.Matches(@"^Samsa \d+\.\d+\.\d+\S* is ready on PLAINTEXT://127\.0\.0\.1:\d+ \(started in \d+\.\d\d s\)$", ready);
        using (var client = new TcpClient())
            await client.ConnectAsync(IPAddress.Loopback, PortOf(ready));

        await samsa.SignalAsync("TERM");

        Assert.Equal(0, await samsa.ExitAsync());
        Assert.Empty(samsa.Errors);
        Assert.True(File.Exists(Path.Combine(samsa.Folder, "data", ".kafka_cleanshutdown")));
    }

    [Fact]
    public async Task SIGINT_ends_it_cleanly_with_the_code_of_an_interrupted_process()
    {
        await using var samsa = SamsaProgram.StartServer();
        await samsa.ReadyAsync();

        await samsa.SignalAsync("INT");

        Assert.Equal(130, await samsa.ExitAsync());
        Assert.True(File.Exists(Path.Combine(samsa.Folder, "data", ".kafka_cleanshutdown")));
    }

    [Fact]
    public async Task A_properties_file_is_read_and_overrides_win()
    {
        await using var samsa = SamsaProgram.StartServer();
        await samsa.ReadyAsync();
        string file = Path.Combine(samsa.Folder, "server.properties");
        await File.WriteAllTextAsync(file, "broker.id=7\nlisteners=PLAINTEXT://127.0.0.1:1\nlog.dirs=other\nsamsa.http.port=-1\n");

        await using var second = SamsaProgram.Start(["server", file, "--override", "listeners=INSIDE://127.0.0.1:0", "--override", "listener.security.protocol.map=INSIDE:PLAINTEXT", "--override", "inter.broker.listener.name=INSIDE"], samsa);

        Assert.Contains("INSIDE://127.0.0.1:", await second.ReadyAsync(), StringComparison.Ordinal);
        Assert.Contains("broker.id=7", await File.ReadAllTextAsync(Path.Combine(samsa.Folder, "other", "meta.properties")), StringComparison.Ordinal);
        await second.SignalAsync("TERM");
        Assert.Equal(0, await second.ExitAsync());
    }

    [Fact]
    public async Task A_port_in_use_is_one_clear_line()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;

        await using var samsa = SamsaProgram.StartServer($"listeners=PLAINTEXT://127.0.0.1:{port}");

        await FailsWithOneLineAsync(samsa, $"127.0.0.1:{port}");
    }

    [Fact]
    public async Task An_HTTP_port_in_use_that_was_asked_for_is_one_clear_line()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;

        await using var samsa = SamsaProgram.StartServer($"samsa.http.port={port}");

        await FailsWithOneLineAsync(samsa, "samsa.http.port", $"127.0.0.1:{port}");
    }

    [Fact]
    public async Task A_ZooKeeper_port_in_use_that_was_asked_for_is_one_clear_line()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;

        await using var samsa = SamsaProgram.StartServer($"samsa.zookeeper.port={port}");

        await FailsWithOneLineAsync(samsa, "samsa.zookeeper.port", $"127.0.0.1:{port}");
    }

    [Fact]
    public async Task An_ensemble_that_does_not_answer_is_one_clear_line()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        int port = ((IPEndPoint)silent.LocalEndpoint).Port;

        await using var samsa = SamsaProgram.StartServer($"zookeeper.connect=127.0.0.1:{port}/root", "zookeeper.connection.timeout.ms=200");

        await FailsWithOneLineAsync(samsa, $"zookeeper.connect=127.0.0.1:{port}/root", "200 ms");
    }

    [Fact]
    public async Task A_wrong_value_names_the_key()
    {
        await using var samsa = SamsaProgram.StartServer("num.partitions=many");

        await FailsWithOneLineAsync(samsa, "num.partitions", "many");
    }

    [Fact]
    public async Task A_missing_file_is_named()
    {
        await using var samsa = SamsaProgram.Start(["server", "nowhere.properties"]);

        await FailsWithOneLineAsync(samsa, "nowhere.properties");
    }

    [Fact]
    public async Task A_log_directory_of_another_process_is_one_clear_line()
    {
        await using var first = SamsaProgram.StartServer();
        await first.ReadyAsync();

        await using var second = SamsaProgram.StartServer($"log.dirs={Path.Combine(first.Folder, "data")}");

        await FailsWithOneLineAsync(second, Path.Combine(first.Folder, "data"));
    }

    [Fact]
    public async Task A_disk_put_before_the_one_with_the_metadata_is_one_clear_line_and_behind_it_is_used()
    {
        await using var first = SamsaProgram.StartServer();
        await first.ReadyAsync();
        await first.SignalAsync("TERM");
        await first.ExitAsync();
        string data = Path.Combine(first.Folder, "data");
        string disk = Path.Combine(first.Folder, "disk");

        await using var before = SamsaProgram.StartServer($"log.dirs={disk},{data}");
        await FailsWithOneLineAsync(before, $"Put {data} first");
        Assert.False(Directory.Exists(disk));

        await using var behind = SamsaProgram.StartServer($"log.dirs={data},{disk}");
        await behind.ReadyAsync();
    }

    [Theory]
    [InlineData("servr", "did you mean 'server'")]
    [InlineData("server --overide x=y", "did you mean '--override'")]
    [InlineData("server --override", "KEY=VALUE")]
    [InlineData("server --override novalue", "key=value")]
    [InlineData("server a.properties b.properties", "'a.properties' or 'b.properties'")]
    [InlineData("server --log-level loud", "'loud'")]
    public async Task A_wrong_command_line_says_what_would_be_right(string arguments, string says)
    {
        await using var samsa = SamsaProgram.Start(arguments.Split(' '));

        await FailsWithOneLineAsync(samsa, says);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("--version")]
    [InlineData("server --help")]
    [InlineData("help server")]
    public async Task Help_and_version_are_no_errors(string arguments)
    {
        await using var samsa = SamsaProgram.Start(arguments.Split(' '));

        Assert.Equal(0, await samsa.ExitAsync());
        Assert.Empty(samsa.Errors);
    }

    private static int PortOf(string readyLine) =>
        int.Parse(readyLine.Split("127.0.0.1:")[1].Split(' ', ',')[0], System.Globalization.CultureInfo.InvariantCulture);

    private static async Task FailsWithOneLineAsync(SamsaProgram samsa, params string[] says)
    {
        Assert.Equal(1, await samsa.ExitAsync());
        string line = Assert.Single(samsa.Errors);
        Assert.StartsWith("samsa: ", line, StringComparison.Ordinal);
        Assert.All(says, s => Assert.Contains(s, line, StringComparison.Ordinal));
    }
}

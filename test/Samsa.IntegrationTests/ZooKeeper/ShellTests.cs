using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Samsa.IntegrationTests.Cli;
using Samsa.ZooKeeper.Server;
using Samsa.ZooKeeper.Server.Configuration;
using Xunit;

namespace Samsa.IntegrationTests.ZooKeeper;

/// <summary>The shell on our server: what Apache's shell of ZooKeeper 3.8 printed for the same lines.</summary>
public sealed partial class ShellTests : IAsyncLifetime
{
    private const string Connected = "\nWATCHER::\n\nWatchedEvent state:SyncConnected type:None path:null\n";
    private const string Stat =
        """
        cZxid = 0xN
        ctime = DATE
        mZxid = 0xN
        mtime = DATE
        pZxid = 0xN
        cversion = 0
        dataVersion = 0
        aclVersion = 0
        ephemeralOwner = 0x0
        dataLength = 7
        numChildren = 0

        """;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("samsa-shell-");
    private readonly ZooKeeperServer _server;
    private readonly string _address;

    public ShellTests()
    {
        _server = ZooKeeperServer.Start(
            new ZooKeeperConfig { DataDir = _directory.FullName, ClientPort = 0, ClientPortAddress = IPAddress.Loopback, PreAllocSize = 64 },
            TimeProvider.System,
            NullLogger.Instance);
        _address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_server.EndPoint.Port}");
    }

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Single_commands_print_and_end_as_Apaches()
    {
        string head = $"Connecting to {_address}\n{Connected}";
        Assert.Equal(new ToolRun(0, head, "Created /zk_test\n"), await OneAsync("create", "/zk_test", "my_data"));
        Assert.Equal(new ToolRun(0, head + "my_data\n", ""), await OneAsync("get", "/zk_test"));
        Assert.Equal(new ToolRun(0, head + "my_data\n" + Stat, ""), Masked(await OneAsync("get", "-s", "/zk_test")));
        Assert.Equal(new ToolRun(0, head, ""), await OneAsync("set", "/zk_test", "junk"));
        Assert.Equal(new ToolRun(0, head + "junk\n", ""), await OneAsync("get", "/zk_test"));
        Assert.Equal(new ToolRun(1, head, "Node already exists: /zk_test\n"), await OneAsync("create", "/zk_test"));
        Assert.Equal(new ToolRun(0, head + "[zk_test, zookeeper]\n", ""), await OneAsync("ls", "/"));
        Assert.Equal(new ToolRun(0, head, ""), await OneAsync("delete", "/zk_test"));
        Assert.Equal(new ToolRun(1, head, "Node does not exist: /zk_test\n"), await OneAsync("get", "/zk_test"));
        var kafkas = await ToolRun.RunAsync("3.9", null, "zookeeper-shell", _address + "/zookeeper", "ls", "/");
        Assert.Equal(new ToolRun(0, $"Connecting to {_address}/zookeeper\n{Connected}[config, quota]\n", ""), kafkas);
    }

    [Fact]
    public async Task Unknown_words_and_missing_arguments_end_as_Apaches()
    {
        var unknown = await OneAsync("nosuch");
        Assert.Equal(127, unknown.ExitCode);
        Assert.StartsWith("ZooKeeper -server host:port -client-configuration properties-file cmd args\n\taddWatch ", unknown.Errors, StringComparison.Ordinal);
        Assert.EndsWith("\twhoami \nCommand not found: Command not found nosuch\n", unknown.Errors, StringComparison.Ordinal);
        var bare = await OneAsync("ls");
        Assert.Equal((1, "ls [-s] [-w] [-R] path\n"), (bare.ExitCode, bare.Errors));
        var usage = await ToolRun.RunAsync("3.9", null, "zookeeper-shell");
        Assert.Equal((1, "USAGE: zookeeper-shell zookeeper_host:port[/path] [args...]\n"), (usage.ExitCode, usage.Output));
        var wrong = await ToolRun.RunAsync("3.9", null, "zkcli", "-server", "host:x", "ls", "/");
        Assert.Equal((1, "\"host:x\" is not host:port.\n"), (wrong.ExitCode, wrong.Errors));
    }

    [Fact]
    public async Task Server_that_is_not_there_is_a_lost_connection()
    {
        await _server.DisposeAsync();
        var run = await OneAsync("ls", "/");
        Assert.Equal((1, $"Connecting to {_address}\n"), (run.ExitCode, run.Output));
        Assert.EndsWith("KeeperErrorCode = ConnectionLoss for /\n", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_of_a_script_are_run_one_after_the_other()
    {
        var run = await ScriptAsync(
            """
            create /a "two words"
            get /a
            create -s /a/s- x
            create -e /a/e
            create -c /a/c
            create /a/c/d
            create -t 1000 /a/t
            create -e -c /a/x
            ls /a
            ls -R /a
            delete /a/c/d
            getEphemerals
            getAllChildrenNumber /a
            set -v 7 /a z
            get -z /a
            get nope
            stat /nope
            delete /a
            getAcl /a
            addauth digest bob:secret
            setAcl /a auth::cdrwa
            getAcl /a
            setAcl /a bogus
            whoami
            sync /a
            history
            redo 1
            redo 99
            version
            deleteall /a
            ls /
            quit
            """);

        Assert.Equal(
            $"""
            two words
            [c, e, s-0000000000]
            /a
            /a/c
            /a/e
            /a/s-0000000000
            /a/c/d
            [/a/e]
            3
            'world,'anyone
            : cdrwa
            'digest,'bob:fyVmFCwVbTJYrznoSu1koqYEYF0=
            : cdrwa
            Auth scheme: User
            ip: 127.0.0.1
            digest: bob
            Sync is OK
            15 - get nope
            16 - stat /nope
            17 - delete /a
            18 - getAcl /a
            19 - addauth digest bob:secret
            20 - setAcl /a auth::cdrwa
            21 - getAcl /a
            22 - setAcl /a bogus
            23 - whoami
            24 - sync /a
            25 - history
            two words
            ZooKeeper CLI version: 3.8.4 (Samsa {SamsaVersion()})
            [zookeeper]

            WATCHER::

            WatchedEvent state:Closed type:None path:null

            """,
            run.Output);
        Assert.Equal(
            """
            Created /a
            Created /a/s-0000000000
            Created /a/e
            Created /a/c
            Created /a/c/d
            KeeperErrorCode = Unimplemented for /a/t
            -c cannot be combined with -s or -e. Containers cannot be ephemeral or sequential.
            version No is not valid : /a
            org.apache.commons.cli.UnrecognizedOptionException: Unrecognized option: -z
            Path must start with / character
            Node does not exist: /nope
            Node not empty: /a
            bogus does not have the form scheme:id:perm
            Acl is not valid : null
            Command index out of range

            """,
            run.Errors);
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public async Task Watches_are_told_before_the_next_line_is_answered()
    {
        var run = await ScriptAsync(
            """
            create /w
            get -w /w
            set /w x
            sync /w
            ls -w /w
            create /w/a
            stat -w /w/b
            create /w/b
            addWatch /w
            create /w/c
            removewatches /w
            removewatches /w
            printwatches
            printwatches off
            get -w /w
            set /w y
            printwatches
            quit
            """);

        // The answer to a change may come before or after its event, and prints nothing on this stream.
        Assert.Equal(
            """
            null

            WATCHER::

            WatchedEvent state:SyncConnected type:NodeDataChanged path:/w
            Sync is OK
            []

            WATCHER::

            WatchedEvent state:SyncConnected type:NodeChildrenChanged path:/w

            WATCHER::

            WatchedEvent state:SyncConnected type:NodeCreated path:/w/b

            WATCHER::

            WatchedEvent state:SyncConnected type:NodeCreated path:/w/c

            WATCHER::

            WatchedEvent state:SyncConnected type:PersistentWatchRemoved path:/w
            printwatches is on
            x
            printwatches is off

            """,
            run.Output);
        Assert.Equal(
            "Created /w\nCreated /w/a\nNode does not exist: /w/b\nCreated /w/b\nCreated /w/c\nKeeperErrorCode = No such watcher for /w\n", run.Errors);
    }

    [Fact]
    public async Task Quotas_are_set_listed_and_deleted()
    {
        var run = await ScriptAsync(
            """
            create /q abc
            create /q/a
            listquota /q
            setquota -n 1 /q
            setquota -b 100 /q
            listquota /q
            setquota -n 5 /q/a
            setquota /q
            delquota -n /q
            listquota /q
            delquota /q
            listquota /q
            ls -R /zookeeper/quota
            quit
            """);

        Assert.StartsWith(
            """
            [Warning]: the count quota you create is less than the existing count:2
            [Warning]: the count quota you create is less than the existing count:2
            Output quota for /q count=1,bytes=100=;byteHardLimit=-1;countHardLimit=-1
            Output stat for /q count=2,bytes=3
            Output quota for /q count=-1,bytes=100=;byteHardLimit=-1;countHardLimit=-1
            Output stat for /q count=2,bytes=3
            /zookeeper/quota

            """,
            run.Output, StringComparison.Ordinal);
        Assert.Contains("/q/a has a parent /q which has a quota\n", run.Errors, StringComparison.Ordinal);
        Assert.Contains("Missing required option: [-n num soft quota", run.Errors, StringComparison.Ordinal);
        Assert.Equal(2, run.Errors.Split("quota for /q does not exist.\n").Length - 1);
    }

    [Fact]
    public async Task Shell_closes_and_connects_again_and_ends_with_the_code_of_its_last_line()
    {
        var run = await ScriptAsync($"ls /\nclose\nls /\nconnect {_address}\nls /\nls /nope\n");
        Assert.Equal(
            $"[zookeeper]\n\nWATCHER::\n\nWatchedEvent state:Closed type:None path:null\nNot connected\n{Connected}[zookeeper]\n", run.Output);
        Assert.Equal((1, "Node does not exist: /nope\n"), (run.ExitCode, run.Errors));
    }

    [GeneratedRegex("0x[0-9a-f]+\n")]
    private static partial Regex Zxid();

    [GeneratedRegex("time = [A-Z][a-z]{2} [A-Z][a-z]{2} \\d\\d \\d\\d:\\d\\d:\\d\\d [A-Z0-9:+-]+ \\d{4}\n")]
    private static partial Regex Time();

    private static ToolRun Masked(ToolRun run) =>
        run with { Output = Time().Replace(Zxid().Replace(run.Output, "0xN\n").Replace("ephemeralOwner = 0xN", "ephemeralOwner = 0x0", StringComparison.Ordinal), "time = DATE\n") };

    private static string SamsaVersion() => typeof(ZooKeeperServer).Assembly.GetName().Version!.ToString(3);

    private Task<ToolRun> OneAsync(params string[] command) => ToolRun.RunAsync("3.9", null, ["zkcli", "-server", _address, .. command]);

    /// <summary>A script, without what every run of the shell prints first.</summary>
    private async Task<ToolRun> ScriptAsync(string lines)
    {
        var run = await ToolRun.RunAsync("3.9", lines, "zkcli", "-server", _address);
        string head = $"Connecting to {_address}\nWelcome to ZooKeeper!\nJLine support is disabled\n{Connected}";
        Assert.Equal(head, run.Output[..head.Length]);
        return run with { Output = run.Output[head.Length..] };
    }
}

using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.ZooKeeper;

/// <summary>Clients that others wrote, on our server: Apache's in C, its shell, and node-zookeeper-client. kazoo is in <see cref="KazooRecipeTests"/>.</summary>
public sealed class OtherClientTests
{
    // With the codes that it prints: 0, no node, exists already, not empty.
    private static readonly (string Command, string Told)[] ShellCommands =
    [
        ("create /c", "[/c]: rc = 0"),
        ("create2 +s /c/s-", "name = /c/s-0000000000"),
        ("create /c", "[/c]: rc = -110"),
        ("set /c hello", "/c: rc = 0"),
        ("get /c", "hello"),
        ("ls2 /c", "s-0000000000"),
        ("get /none", "/none: rc = -101"),
        ("delete /c", "/c: rc = -111"),
        ("delete /c/s-0000000000", "/c/s-0000000000: rc = 0"),
        ("sync /c", "[/c]: rc = 0"),
    ];

    [Fact]
    public async Task Apaches_client_in_C_works()
    {
        string compiler = Tools.CCompiler;
        Assert.SkipUnless(File.Exists("/usr/include/zookeeper/zookeeper.h"), "zookeeper.h is missing: install the Debian package libzookeeper-mt-dev.");
        using TemporaryDirectory directory = new();
        string program = directory.File("client");
        string[] arguments = ["-DTHREADED", "-o", program, Path.Combine(RepositoryPaths.Clients, "zookeeper-c", "main.c"), "-lzookeeper_mt", "-lpthread"];
        (await Child.RunAsync(compiler, arguments)).Succeeded();
        await using InProcessZooKeeper server = new(directory.FullName);

        string[] lines = (await Child.RunAsync(program, server.Address)).Succeeded().Lines;

        Assert.Equal("ok close", lines[^1]);
        Assert.All(lines, line => Assert.StartsWith("ok ", line, StringComparison.Ordinal));
    }

    /// <summary>One command a start; not <c>exists</c>, after which that shell does not end.</summary>
    [Fact]
    public async Task Apaches_shell_in_C_works()
    {
        const string Shell = "/usr/lib/zookeeper/bin/cli_mt";
        Assert.SkipUnless(File.Exists(Shell), $"{Shell} is missing: install the Debian package zookeeper-bin.");
        using TemporaryDirectory directory = new();
        await using InProcessZooKeeper server = new(directory.FullName);
        foreach ((string command, string told) in ShellCommands)
        {
            ChildResult result = (await Child.RunAsync(Shell, "-h", server.Address, "-c", command)).Succeeded();

            Assert.True((result.Text + result.Errors).Contains(told, StringComparison.Ordinal), $"{command} did not tell '{told}'\n{result.Describe()}");
        }
    }

    [Fact]
    public async Task Node_zookeeper_client_works()
    {
        string node = Tools.Node;
        Dictionary<string, string> environment = new() { ["NODE_PATH"] = Tools.NodeModule("node-zookeeper-client") };
        using TemporaryDirectory directory = new();
        await using InProcessZooKeeper server = new(directory.FullName);

        ChildResult result = await Child.RunAsync(
            node, [Path.Combine(RepositoryPaths.Clients, "node_zookeeper.js"), server.Address], input: null, environment);

        string[] lines = result.Succeeded().Lines;
        Assert.Equal("ok not empty", lines[^1]);
        Assert.All(lines, line => Assert.StartsWith("ok ", line, StringComparison.Ordinal));
    }
}

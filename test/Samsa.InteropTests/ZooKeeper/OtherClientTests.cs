using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.ZooKeeper;

/// <summary>Clients that others wrote, on our server: Apache's in C and node-zookeeper-client. kazoo is in <see cref="KazooRecipeTests"/>.</summary>
public sealed class OtherClientTests
{
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

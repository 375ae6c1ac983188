using System.Globalization;
using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.ZooKeeper;

/// <summary>
/// Our server and Apache ZooKeeper 3.8: the same answers to the same requests, and each goes on with the other's directory. One
/// Apache server for all of it.
/// </summary>
public sealed class BesideApacheTests
{
    private const string Script = "kazoo_conversation.py";
    private const string Auth = "bob:secret";

    [Fact]
    public async Task Apache_ZooKeeper_and_Samsa_answer_alike_and_go_on_with_each_others_files()
    {
        using TemporaryDirectory ours = new();
        string[] answers, nodes;
        await using (InProcessZooKeeper server = new(ours.FullName))
        {
            await InProcessZooKeeper.RunAsync(Script, server.Address);
            server.WriteSnapshot();
            answers = await InProcessZooKeeper.RunAsync(Script, server.Address);
            nodes = await InProcessZooKeeper.RunAsync("kazoo_dump.py", server.Address, Auth);
        }

        await ToolsReadAsync(Path.Combine(ours.FullName, "version-2"));
        await using ZooKeeperProcess apache = await ZooKeeperProcess.StartAsync(home => Copy(ours.FullName, home));
        Assert.Equal(nodes, await InProcessZooKeeper.RunAsync("kazoo_dump.py", apache.Address, Auth));
        Assert.Equal(await InProcessZooKeeper.RunAsync(Script, apache.Address), answers);
        nodes = await InProcessZooKeeper.RunAsync("kazoo_dump.py", apache.Address, Auth);
        await apache.StopAsync();

        using TemporaryDirectory back = new();
        Copy(apache.DataDirectory, back.FullName);
        await using InProcessZooKeeper again = new(back.FullName);
        Assert.Equal(nodes, await InProcessZooKeeper.RunAsync("kazoo_dump.py", again.Address, Auth));
    }

    private static async Task ToolsReadAsync(string directory)
    {
        string script = Tools.ApacheKafka("3.9");
        string log = Assert.Single(Directory.GetFiles(directory, "log.*"));
        ChildResult transactions = (await Child.RunAsync(Tools.Bash, script, "3.9", "zookeeper-txnlog", log)).Succeeded();
        Assert.StartsWith("EOF reached after ", transactions.Lines[^1], StringComparison.Ordinal);

        // Every transaction from the first on, to the end of the last client's session.
        int count = int.Parse(transactions.Lines[^1].Split(' ')[3], CultureInfo.InvariantCulture);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $" zxid 0x{count:x} closeSession"), transactions.Text, StringComparison.Ordinal);

        // Not the empty one of the first start.
        string snapshot = Assert.Single(Directory.GetFiles(directory, "snapshot.*"), path => Path.GetFileName(path) != "snapshot.0");
        ChildResult tree = (await Child.RunAsync(Tools.Bash, script, "3.9", "zookeeper-snapshot", snapshot)).Succeeded();
        Assert.Contains("/zookeeper/config", tree.Lines);
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(Path.Combine(to, "version-2"));
        foreach (string file in Directory.GetFiles(Path.Combine(from, "version-2")))
        {
            File.Copy(file, Path.Combine(to, "version-2", Path.GetFileName(file)));
        }
    }
}

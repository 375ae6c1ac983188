using System.Text;
using System.Text.RegularExpressions;
using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.ZooKeeper;

/// <summary>
/// Our client and our shell on Apache ZooKeeper 3.8, and Apache's shell on our server: all of them are told the same, and so is an
/// operator by both servers. One Apache server and one start of Apache's shell for all of it.
/// </summary>
public sealed partial class ClientAndShellTests
{
    // Without watches: Apache's shell prints events when its thread for them gets round to it.
    private const string Script =
        """
        printwatches off
        create /zk_test my_data
        get -s /zk_test
        set -s /zk_test junk
        set -v 0 /zk_test x
        ls -s /
        create -e /zk_test/e data
        create -s /zk_test/s- data
        create -s -e /zk_test/se- data
        create -c /zk_test/c
        create -t 1000 /zk_test/t
        create -e -c /zk_test/bad
        create /zk_test/acl "two words" world:anyone:cdrwa
        create /zk_test/none
        get /zk_test/none
        ls -R /
        stat /zk_test/acl
        get -x /zk_test/acl
        create /nope/x y
        create /zk_test again
        delete /nope
        delete -v 7 /zk_test/acl
        delete /zk_test
        getAcl -s /zk_test
        addauth digest bob:secret
        setAcl /zk_test/acl auth::cdrwa
        getAcl /zk_test/acl
        setAcl -R /zk_test world:anyone:cdrwa
        setAcl /zk_test bogus
        sync /zk_test
        getEphemerals
        getEphemerals /zk_test
        getAllChildrenNumber /
        listquota /zk_test
        setquota -n 5 /zk_test
        listquota /zk_test
        get /zookeeper/quota/zk_test/zookeeper_limits
        setquota -b 100 /zk_test
        setquota -N 50 /zk_test
        listquota /zk_test
        setquota -n 3 /zk_test/acl
        setquota /zk_test
        delquota -n /zk_test
        listquota /zk_test
        delquota /zk_test
        listquota /zk_test
        ls -R /zookeeper
        addWatch -m PERSISTENT /zk_test
        removewatches /zk_test
        removewatches /zk_test
        printwatches
        config -s
        history
        redo 1
        redo 999
        get
        ls
        set /zk_test
        stat /nope
        ls /nope
        get nope
        deleteall /zk_test
        deleteall /nope
        ls -z /
        close
        ls /
        quit

        """;

    [Fact]
    public async Task Client_and_shell_are_told_the_same_by_both_servers()
    {
        using TemporaryDirectory directory = new();
        await using InProcessZooKeeper ours = new(directory.FullName);
        await using ZooKeeperProcess apache = await ZooKeeperProcess.StartAsync();
        byte[] script = Encoding.UTF8.GetBytes(Script);

        // The shells first, on trees that have the same history.
        ChildResult theirShell = await ApacheTool.RunAsync("3.9", "zkCli", ["-server", ours.Address], script);
        ChildResult ourShell = await Child.RunAsync("dotnet", [RepositoryPaths.SamsaAssembly, "zkcli", "-server", apache.Address], script);
        string both = theirShell.Describe() + "\n\n" + ourShell.Describe();
        Assert.True(theirShell.ExitCode == ourShell.ExitCode, both);
        Assert.Equal(Comparable(theirShell.Text, ours.Address), Comparable(ourShell.Text, apache.Address));
        Assert.Equal(Sentences(theirShell.Errors), Sentences(ourShell.Errors));

        Assert.Equal(await new ClientConversation(apache.Address).RunAsync(), await new ClientConversation(ours.Address).RunAsync());
        await WordsComparison.AssertAlikeAsync(ours.Address, apache.Address);
    }

    [GeneratedRegex("(Zxid|time) = .*")]
    private static partial Regex Moment();

    [GeneratedRegex(@"^\[\d{4}-\d\d-\d\d .*\] (INFO|WARN|ERROR) |^\tat |^SLF4J")]
    private static partial Regex LogLine();

    private static string[] Comparable(string text, string address) =>
        [.. Moment().Replace(text, "$1 = ...").Replace(address, "ADDRESS", StringComparison.Ordinal).Split('\n')];

    private static string[] Sentences(string errors) => [.. errors.TrimEnd('\n').Split('\n').Where(line => !LogLine().IsMatch(line))];
}

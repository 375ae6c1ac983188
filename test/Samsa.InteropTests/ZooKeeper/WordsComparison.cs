using System.Text.RegularExpressions;
using Samsa.InteropTests.Support;
using Samsa.ZooKeeper;
using Xunit;

namespace Samsa.InteropTests.ZooKeeper;

/// <summary>
/// The commands of four letters on two servers with the same tree: the same lines, and where they tell of tree and watches, the same
/// numbers.
/// </summary>
internal static partial class WordsComparison
{
    private static readonly string[] Words =
    [
        "ruok", "isro", "srvr", "stat", "cons", "conf", "dirs", "envi", "gtmk", "hash", "wchs", "wchc", "wchp", "dump",
        "stmk\0\0\0\0\0\0\0\n", "gtmk", "srst", "crst", "lead", "none",
    ];

    // What says the same on both; the rest depends on time and machine, and Apache's zk_approximate_data_size drifts with quotas.
    private static readonly string[] SameNumbers =
        ["zk_znode_count", "zk_watch_count", "zk_ephemerals_count", "zk_global_sessions", "zk_server_state", "zk_local_sessions"];

    public static async Task AssertAlikeAsync(string ours, string apaches)
    {
        await using ZooKeeperClient one = await WatchingAsync(ours), other = await WatchingAsync(apaches);
        foreach (string word in Words)
        {
            string theirs = Plain(word, await AskAloneAsync(apaches, word));
            Assert.Equal(theirs, Plain(word, await AskAloneAsync(ours, word)));
        }

        Dictionary<string, string> numbers = Numbers(await FourLetterWord.AskAsync(ours, "mntr"));
        string theirText = await FourLetterWord.AskAsync(apaches, "mntr");
        Dictionary<string, string> theirNumbers = Numbers(theirText);
        Assert.Empty(numbers.Keys.Except(theirNumbers.Keys));
        // Those that every server of Apache's has come first; behind them are the counters of the parts that it consists of.
        Assert.Empty(Numbers(theirText[..theirText.IndexOf("zk_proposal_count", StringComparison.Ordinal)]).Keys.Except(numbers.Keys));
        Assert.All(SameNumbers, name => Assert.Equal((name, theirNumbers[name]), (name, numbers[name])));
    }

    /// <summary>Asks; where connections are listed until it is the one client and the one who asks: those who were there before may still be going.</summary>
    private static Task<string> AskAloneAsync(string server, string word) => Conditions.UntilAsync(
        $"{server} has one client, and the one who asks",
        () => FourLetterWord.AskAsync(server, word),
        text => word is not ("cons" or "stat") || text.Split('\n').Count(line => line.StartsWith(" /", StringComparison.Ordinal)) == 2);

    /// <summary>A client with an ephemeral node and a watch of every kind, each on a node of its own.</summary>
    private static async Task<ZooKeeperClient> WatchingAsync(string address)
    {
        // So long a session that no ping comes between.
        ZooKeeperClient client = ZooKeeperClient.Start(new ZooKeeperClientOptions { ConnectString = address, SessionTimeout = TimeSpan.FromSeconds(60) });
        foreach (string name in (string[])["/words", "/words/data", "/words/children", "/words/stays", "/words/all"])
        {
            await client.CreateAsync(name);
        }

        await client.CreateAsync("/words/e", mode: CreateMode.Ephemeral);
        await client.WatchDataAsync("/words/data");
        await client.WatchExistsAsync("/words/missing");
        await client.WatchChildrenAsync("/words/children");
        await client.WatchAsync("/words/stays", AddWatchMode.Persistent);
        await client.WatchAsync("/words/all", AddWatchMode.PersistentRecursive);
        return client;
    }

    private static Dictionary<string, string> Numbers(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')).ToDictionary(parts => parts[0], parts => parts[1]);

    /// <summary>The lines without what differs from server to server, in an order that does not.</summary>
    private static string Plain(string word, string text)
    {
        IEnumerable<string> lines = text.Split('\n').Select(line => Directory().Replace(Version().Replace(Date().Replace(line, "at DATE"), "$1..."), "$1=..."));
        lines = word switch
        {
            // Sets that are empty, and in which set a connection is.
            "dump" => lines.Where(line => !line.StartsWith("0 expire", StringComparison.Ordinal)).Select(line => Sets().Replace(line, "Sets")).Distinct(),
            "envi" => lines.Select(line => line.Split('=')[0]).Where(name => !name.StartsWith("java.", StringComparison.Ordinal) && name != "dotnet.version" && !name.StartsWith("os.memory.", StringComparison.Ordinal)),
            _ => lines,
        };
        bool exact = word is "wchs" or "gtmk" or "ruok" or "isro" || word.StartsWith("stmk", StringComparison.Ordinal);
        lines = lines.Select(line => exact ? line : Number().Replace(line, "N"));
        return string.Join('\n', word is "stat" or "cons" or "wchc" or "wchp" or "dump" ? lines.Order(StringComparer.Ordinal) : lines);
    }

    [GeneratedRegex("(0x)?[0-9a-f]*[0-9][0-9a-f]*(\\.[0-9]+)?", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    [GeneratedRegex("^(Zookeeper version: ).*")]
    private static partial Regex Version();

    [GeneratedRegex("at [A-Z][a-z]{2} [A-Z][a-z]{2} .* UTC [0-9]{4}")]
    private static partial Regex Date();

    [GeneratedRegex("^(data(?:Log)?Dir)=.*")]
    private static partial Regex Directory();

    [GeneratedRegex(@"Sets \(\d+\)")]
    private static partial Regex Sets();
}

using System.Globalization;

namespace Samsa.InteropTests.Support;

/// <summary>
/// Apache ZooKeeper from the jars of the peers, for Apache Kafka 3.9 in ZooKeeper mode. Owns one process and its directory; lives
/// until disposed; a start that fails throws with what the process wrote.
/// </summary>
internal sealed class ZooKeeperProcess : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly string _script = Tools.ApacheKafka("3.9");
    private readonly int _port = FreePorts.Next();
    private bool _stopped;

    private ZooKeeperProcess()
    {
    }

    /// <summary>What <c>zookeeper.connect</c> takes.</summary>
    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}");

    /// <summary>Where its files are, in <c>version-2</c>.</summary>
    public string DataDirectory => _directory.File("data");

    /// <summary>Starts it, on the files that <paramref name="prepare"/> puts into the directory that it is given.</summary>
    public static async Task<ZooKeeperProcess> StartAsync(Action<string>? prepare = null)
    {
        ZooKeeperProcess zooKeeper = new();
        string home = zooKeeper._directory.FullName;
        prepare?.Invoke(zooKeeper.DataDirectory);
        // The started server inherits the script's output, which therefore does not end with the script. A short tick, so that
        // the session of a killed broker may be short; as long as ever asked for, so that a busy machine ends none.
        string command = $"exec \"$0\" \"$@\" > '{home}/start.out' 2>&1";
        string[] arguments =
            ["-c", command, zooKeeper._script, "3.9", "start-zookeeper", home, zooKeeper._port.ToString(CultureInfo.InvariantCulture), "tickTime=500", "maxSessionTimeout=60000"];
        Dictionary<string, string> environment = new() { ["JAVA_OPTS"] = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC", ["HEAP"] = "128m" };
        ChildResult result = await Child.RunAsync(Tools.Bash, arguments, input: null, environment, Child.LongPatience);
        try
        {
            await PeerServer.UntilListeningAsync(result, home, zooKeeper._port);
        }
        catch
        {
            zooKeeper._stopped = !PeerServer.IsRunning(home);
            await zooKeeper.DisposeAsync();
            throw;
        }

        // Its port listens before it serves; who comes in between is sent away, or even never answered.
        await Conditions.UntilAsync("ZooKeeper serves", zooKeeper.EphemeralNodesAsync, Answers);
        return zooKeeper;
    }

    /// <summary>Waits until the session is over that owned an ephemeral node, as that of a killed broker.</summary>
    public Task UntilGoneAsync(string node) => Conditions.UntilAsync(
        $"{node} is gone", EphemeralNodesAsync, text => Answers(text) && !text.Split('\n').Any(line => line.Trim() == node));

    /// <summary>Ends the process; its files stay until it is disposed.</summary>
    public async Task StopAsync()
    {
        _stopped = true;
        (await Child.RunAsync(Tools.Bash, _script, "3.9", "stop", _directory.FullName)).Succeeded();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stopped)
        {
            await StopAsync();
        }

        _directory.Dispose();
    }

    private static bool Answers(string dump) => dump.Contains("ephemeral nodes dump", StringComparison.Ordinal);

    // ZooKeeper's four-letter word "dump" lists them. Nothing when it does not answer.
    private async Task<string> EphemeralNodesAsync()
    {
        try
        {
            return await FourLetterWord.AskAsync(Address, "dump").WaitAsync(TimeSpan.FromSeconds(5), TimeProvider.System);
        }
        catch (Exception failure) when (failure is IOException or TimeoutException)
        {
            return string.Empty;
        }
    }
}

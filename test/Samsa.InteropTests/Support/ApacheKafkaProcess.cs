using System.Diagnostics;
using System.Globalization;

namespace Samsa.InteropTests.Support;

/// <summary>
/// Apache Kafka from the jars of the peers, to validate the tests against the real thing: in KRaft mode, or where
/// <paramref name="zooKeeper"/> says <c>host:port</c>, in ZooKeeper mode. Owns one process that the peers' script starts; used by
/// one test at a time; lives until disposed.
/// </summary>
internal sealed class ApacheKafkaProcess(string version, IReadOnlyDictionary<string, string> overrides, string? zooKeeper = null)
    : TestBroker(overrides)
{
    private readonly string _script = Tools.ApacheKafka(version);

    // The controller listens on the next port.
    private readonly int _port = FreePorts.Next(count: 2);

    // Its controller puts out a broker that is silent for 9 s, as a JVM on a busy machine may be.
    private readonly (string Key, string Value)[] _defaults = zooKeeper is null ? [("broker.session.timeout.ms", "30000")] : [];
    private bool _running;

    public override int Port => _port;

    public override int ProcessId => int.Parse(File.ReadAllText(Path.Combine(Home, "pid")), CultureInfo.InvariantCulture);

    public override async Task StartAsync()
    {
        string[] mode = zooKeeper is null ? [] : ["--zookeeper", zooKeeper];
        string[] properties = [.. _defaults.Concat(Overrides.Select(pair => (pair.Key, pair.Value))).Select(pair => $"{pair.Item1}={pair.Item2}")];
        // The started server inherits the script's output, which therefore does not end with the script.
        string command = $"exec \"$0\" \"$@\" > '{Home}/start.out' 2>&1";
        string[] arguments =
            ["-c", command, _script, version, "start", Home, _port.ToString(CultureInfo.InvariantCulture), .. mode, .. properties];
        Dictionary<string, string> environment = new() { ["JAVA_OPTS"] = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC" };
        ChildResult result = await Child.RunAsync(Tools.Bash, arguments, input: null, environment, Child.LongPatience);
        _running = PeerServer.IsRunning(Home);
        await PeerServer.UntilListeningAsync(result, Home, _port);
        // It listens, and even says that it started, before its partitions have leaders again.
        await Conditions.UntilAsync("every partition has a leader", EveryPartitionAnswersAsync, answers => answers);
    }

    public override async Task StopAsync()
    {
        if (_running)
        {
            _running = false;
            (await Child.RunAsync(Tools.Bash, _script, version, "stop", Home)).Succeeded();
        }
    }

    public override async Task KillAsync()
    {
        _running = false;
        using Process process = Process.GetProcessById(ProcessId);
        process.Kill();
        await process.WaitForExitAsync();
    }

    private async Task<bool> EveryPartitionAnswersAsync()
    {
        ChildResult listed = await Child.RunAsync(Tools.Kcat, "-L", "-b", BootstrapServers);
        if (listed.ExitCode != 0)
        {
            return false;
        }

        HashSet<string> missing = [.. PartitionsOnDisk()];
        List<string> query = ["-Q", "-b", BootstrapServers];
        string topic = string.Empty;
        foreach (string line in listed.Lines.Select(line => line.Trim()))
        {
            if (line.StartsWith("topic ", StringComparison.Ordinal))
            {
                topic = line.Split('"')[1];
            }
            else if (line.StartsWith("partition ", StringComparison.Ordinal))
            {
                string number = line.Split(' ')[1].TrimEnd(',');
                query.AddRange(["-t", $"{topic}:{number}:-1"]);
                missing.Remove($"{topic}-{number}");
            }
        }

        // In ZooKeeper mode it knows no topic at first.
        return missing.Count == 0 && (query.Count == 3 || (await Child.RunAsync(Tools.Kcat, [.. query])).ExitCode == 0);
    }

    // Those that are not being deleted, and not of the quorum's own log.
    private IEnumerable<string> PartitionsOnDisk() => Directory.GetDirectories(DataDirectory)
        .Select(path => Path.GetFileName(path))
        .Where(name => name.LastIndexOf('-') is > 0 and int dash && int.TryParse(name.AsSpan(dash + 1), CultureInfo.InvariantCulture, out _)
            && name != "__cluster_metadata-0");
}

using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Samsa.InteropTests.Support;

namespace Samsa.InteropTests.Groups;

/// <summary>
/// One member of a group in a process of its own. Owns the process; used by one test; lives until disposed. What it was assigned and
/// what it processed it says line by line (Clients/kafka_python_group.py); Apache's verifiable consumer says it in JSON; kcat and Apache's console
/// consumer are read likewise, but do not say when they own what.
/// </summary>
internal sealed partial class GroupMember : IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<(int Partition, string Value)> _processed = [];
    private readonly StringBuilder _errors = new();
    private readonly Task _reading;
    private readonly List<Ownership> _ownerships = [];
    private readonly VerifiableEvents _events;
    private List<int>? _assigned;

    private GroupMember(ProcessStartInfo start)
    {
        _events = new VerifiableEvents(this);
        _process = Process.Start(start)!;
        _reading = Task.WhenAll(ReadAsync(_process.StandardOutput, isError: false), ReadAsync(_process.StandardError, isError: true));
    }

    /// <summary>What it processed, in order.</summary>
    public List<(int Partition, string Value)> Processed
    {
        get
        {
            lock (_processed)
                return [.. _processed];
        }
    }

    /// <summary>What it owns now; null while it owns nothing for sure.</summary>
    public List<int>? Assigned
    {
        get
        {
            lock (_processed)
                return _assigned;
        }
    }

    /// <summary>What it owned and when, as far as it said so.</summary>
    public List<Ownership> Ownerships
    {
        get
        {
            lock (_processed)
                return [.. _ownerships];
        }
    }

    /// <summary>What it wrote that is none of this, for the message of a failing test.</summary>
    public string Errors
    {
        get
        {
            lock (_processed)
                return _errors.ToString();
        }
    }

    public static GroupMember Script(string program, string script, string server, string topic, string group, IReadOnlyDictionary<string, string>? environment = null) =>
        new(Child.Describe(program, [Path.Combine(RepositoryPaths.Clients, script), server, topic, group], environment));

    public static GroupMember Kcat(string server, string topic, string group) => Kcat(server, [topic], group);

    /// <summary>kcat, with more settings of its client as <c>key=value</c>.</summary>
    public static GroupMember Kcat(string server, IEnumerable<string> topics, string group, params IEnumerable<string> settings) => new(Child.Describe(Tools.Kcat,
    [
        "-E", "-b", server, "-G", group, "-f", "C %p %o %s\n", "-u", "-X", "auto.offset.reset=earliest", "-X", "session.timeout.ms=15000", "-X", "heartbeat.interval.ms=300",
        "-X", "auto.commit.interval.ms=100", "-X", "reconnect.backoff.ms=50", "-X", "reconnect.backoff.max.ms=200", "-X", "topic.metadata.refresh.interval.ms=2000",
        .. settings.SelectMany(s => new[] { "-X", s }), .. topics,
    ]));

    public static GroupMember Dotnet(string library, string server, string topic, string group, string? assignor = null) => new(Child.Describe(
        "dotnet", [RepositoryPaths.MemberAssembly, library, server, topic, group, .. assignor is null ? Array.Empty<string>() : [assignor]]));

    public static GroupMember Program(string program, string server, string topic, string group) => new(Child.Describe(program, [server, topic, group]));

    /// <summary>Apache Kafka's console consumer.</summary>
    public static async Task<GroupMember> ApacheAsync(string version, string server, string topic, string group, params string[] properties)
    {
        var (forConsumer, forFormatter) = version == "3.9" ? ("--consumer-property", "--property") : ("--command-property", "--formatter-property");
        string[] consumer = ["session.timeout.ms=15000", "heartbeat.interval.ms=300", "auto.commit.interval.ms=100", "metadata.max.age.ms=2000", .. properties];
        return new GroupMember(Child.Describe(
            Tools.Bash,
            [
                Tools.ApacheKafka(version), version, "kafka-console-consumer", "--bootstrap-server", server, "--topic", topic, "--group", group, "--from-beginning",
                forFormatter, "print.partition=true", forFormatter, "print.offset=true", .. consumer.SelectMany(property => new[] { forConsumer, property }),
            ],
            new Dictionary<string, string> { ["HEAP"] = ApacheTool.Heap, ["JAVA_OPTS"] = await JavaArchives.OptionsAsync(version) }));
    }

    /// <summary>A consumer of Apache Kafka's Java client that says when it owns what.</summary>
    /// <param name="version">3.9 or 4.3.</param>
    /// <param name="server">A broker.</param>
    /// <param name="topic">What it reads.</param>
    /// <param name="group">Its group.</param>
    /// <param name="how">The name of an assignor's class, or <c>consumer</c> for a group of KIP-848.</param>
    /// <param name="settings">A file for more settings; written here.</param>
    public static async Task<GroupMember> VerifiableAsync(string version, string server, string topic, string group, string how, string settings)
    {
        string[] common = ["metadata.max.age.ms=2000", "reconnect.backoff.max.ms=200"];
        await File.WriteAllLinesAsync(settings, how == "consumer" ? common : [.. common, "heartbeat.interval.ms=300"]);
        string[] protocol = how == "consumer"
            ? ["--group-protocol", how]
            : ["--session-timeout", "15000", "--assignment-strategy", "org.apache.kafka.clients.consumer." + how];
        return new GroupMember(Child.Describe(
            Tools.Bash,
            [
                Tools.ApacheKafka(version), version, "kafka-verifiable-consumer", "--bootstrap-server", server, "--topic", topic, "--group-id", group, "--verbose",
                version == "3.9" ? "--consumer.config" : "--command-config", settings, .. protocol,
            ],
            new Dictionary<string, string> { ["HEAP"] = ApacheTool.Heap, ["JAVA_OPTS"] = await JavaArchives.OptionsAsync(version) }));
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        // What it owns when it dies nobody else may have had before.
        var now = Now();
        lock (_processed)
            EndOwnership(now);
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    /// <summary>Ends it the way it wants to be ended, so that it leaves the group; returns when it is gone.</summary>
    public async Task LeaveAsync()
    {
        _process.StandardInput.Close();
        if (_process.StartInfo.FileName == Tools.Kcat || _process.StartInfo.FileName == Tools.Bash)
            await Child.RunAsync("kill", "-TERM", _process.Id.ToString(CultureInfo.InvariantCulture));
        await _process.WaitForExitAsync().WaitAsync(Child.Patience);
        await _reading;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        await _reading;
        _process.Dispose();
    }

    private static long Now() => (long)(TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMicroseconds;

    private void EndOwnership(long time)
    {
        if (_ownerships is [.., { To: long.MaxValue } last])
            _ownerships[^1] = last with { To = time };
    }

    // What it had until then, and has from then on: two times, where the clock is coarse.
    private void Owns(long until, long since, IEnumerable<int> partitions)
    {
        EndOwnership(until);
        _assigned = [.. partitions];
        _ownerships.Add(new Ownership(since, long.MaxValue, [.. _assigned]));
    }

    private void OwnsNothing(long time)
    {
        _assigned = null;
        EndOwnership(time);
    }

    private async Task ReadAsync(StreamReader from, bool isError)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            lock (_processed)
                Take(line, isError);
        }
    }

    private void Take(string line, bool isError)
    {
        var words = line.Split(' ', 4);
        if (!isError && words is ["C", var partition, _, var value])
        {
            _processed.Add((int.Parse(partition, CultureInfo.InvariantCulture), value));
        }
        else if (!isError && words is ["A", var since, .. var owned])
        {
            var time = long.Parse(since, CultureInfo.InvariantCulture);
            Owns(time, time, owned.SelectMany(list => list.Split(',', StringSplitOptions.RemoveEmptyEntries)).Select(one => int.Parse(one, CultureInfo.InvariantCulture)));
        }
        else if (!isError && words is ["R", var until])
        {
            OwnsNothing(long.Parse(until, CultureInfo.InvariantCulture));
        }
        else if (!isError && line.StartsWith("{\"timestamp\"", StringComparison.Ordinal))
        {
            _events.Take(line);
        }
        else if (!isError && ApacheRecord().Match(line) is { Success: true } record)
        {
            _processed.Add((int.Parse(record.Groups[1].Value, CultureInfo.InvariantCulture), record.Groups[2].Value));
        }
        else if (KcatRebalance().Match(line) is { Success: true } rebalance)
        {
            _assigned = rebalance.Groups[1].Value == "assigned"
                ? [.. KcatPartition().Matches(rebalance.Groups[2].Value).Select(one => int.Parse(one.Groups[1].Value, CultureInfo.InvariantCulture))]
                : null;
        }
        else
        {
            _errors.AppendLine(line);
        }
    }

    [GeneratedRegex(@"^% Group \S+ rebalanced .*?: (assigned|revoked): (.*)$")]
    private static partial Regex KcatRebalance();

    [GeneratedRegex(@"^Partition:(\d+)\tOffset:\d+\t(.*)$")]
    private static partial Regex ApacheRecord();

    [GeneratedRegex(@"\[(\d+)\]")]
    private static partial Regex KcatPartition();
}

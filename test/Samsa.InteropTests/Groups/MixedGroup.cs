using System.Globalization;
using System.Text;
using Samsa.Client.Producer;
using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.Groups;

/// <summary>
/// One group of members by any clients on three partitions, known by what they process: records come in slices, one for each partition,
/// so that a slice tells who owns what. Owns its members; used by one task; lives until disposed.
/// </summary>
internal sealed class MixedGroup(string server, string topic) : IAsyncDisposable
{
    private const int Partitions = 3;

    /// <summary>A broker on which groups form soon. They miss the dead after fifteen seconds in both protocols, and so does whoever tells a member its session: on a
    /// busy machine the living were missed after six.</summary>
    public static readonly string[] BrokerSettings =
    [
        "num.partitions=3", "group.initial.rebalance.delay.ms=500", "offsets.topic.num.partitions=10", "offsets.topic.replication.factor=1",
        "group.consumer.min.heartbeat.interval.ms=300", "group.consumer.heartbeat.interval.ms=300",
        "group.consumer.min.session.timeout.ms=6000", "group.consumer.session.timeout.ms=15000",
    ];

    private readonly KafkaProducer _producer = new(new ProducerOptions { BootstrapServers = server });
    private readonly List<(string Name, GroupMember Process)> _members = [];
    private readonly List<string> _living = [];
    private readonly List<string> _killed = [];
    private int _slices;

    public void Join(string name, GroupMember member)
    {
        _members.Add((name, member));
        _living.Add(name);
    }

    /// <summary>
    /// Until every living member has its share of two slices in a row: one alone may have come half before and half after a change of owners,
    /// and look shared when it never was.
    /// </summary>
    /// <returns>Whose the partitions are.</returns>
    public async Task<string[]> UntilSharedAsync()
    {
        var share = Math.Min(_living.Count, Partitions);
        string[] before = [];
        var (owners, _) = await Conditions.UntilAsync(
            $"{topic}: two slices are shared by {string.Join(", ", _living)}; {Errors()}",
            async () =>
            {
                var now = await ProcessorsOfNextAsync();
                var unchanged = now.SequenceEqual(before);
                before = now;
                return (Owners: now, Unchanged: unchanged);
            },
            seen => seen.Unchanged && seen.Owners.Distinct().Count() == share && seen.Owners.All(_living.Contains));
        return owners;
    }

    /// <summary>While nothing changes in the group: every record goes to one member only, always the same one for a partition.</summary>
    public async Task AssertExclusiveAsync(string[] owners, int slices = 10)
    {
        for (var i = 0; i < slices; i++)
            await ProduceAsync();
        await UntilProcessedAsync();
        for (var slice = _slices - slices; slice < _slices; slice++)
            Assert.Equal(owners, ProcessorsOf(slice));
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync(string name)
    {
        _living.Remove(name);
        _killed.Add(name);
        await ProcessOf(name).KillAsync();
    }

    public async Task LeaveAsync(string name)
    {
        _living.Remove(name);
        await ProcessOf(name).LeaveAsync();
    }

    /// <summary>Until a member knows what it has, perhaps nothing.</summary>
    public async Task UntilAssignedAsync(string name) => await Conditions.UntilAsync(
        $"{topic}: {name} is a member; {Errors()}", () => Task.FromResult(ProcessOf(name).Assigned), assigned => assigned is not null);

    /// <summary>At no time had a partition two owners, by what the members said.</summary>
    public void AssertNeverShared() => Ownership.AssertExclusive(topic, _members, Partitions, everybodySpeaks: true);

    /// <summary>Every record was processed; twice only if the first who did was killed, or said that it could not commit.</summary>
    public async Task AssertCompleteAsync()
    {
        await UntilProcessedAsync();
        for (var slice = 0; slice < _slices; slice++)
        {
            foreach (var who in ProcessorsOf(slice))
                Assert.True(!who.Contains('+', StringComparison.Ordinal) || who.Split('+').Any(MayRepeat), $"{topic}: slice {slice} was processed by {who}; {Errors()}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (_, process) in _members)
            await process.DisposeAsync();
        await _producer.DisposeAsync();
    }

    private async Task<string[]> ProcessorsOfNextAsync()
    {
        await ProduceAsync();
        var slice = _slices - 1;
        return await Conditions.UntilAsync($"{topic}: slice {slice} was processed; {Errors()}", () => Task.FromResult(ProcessorsOf(slice)), who => who.All(one => one.Length > 0));
    }

    private bool MayRepeat(string name) => _killed.Contains(name) || ProcessOf(name).Errors.Length > 0;

    private async Task UntilProcessedAsync() => await Conditions.UntilAsync(
        $"{topic}: every record was processed; {Errors()}",
        () => Task.FromResult(Enumerable.Range(0, _slices).SelectMany(ProcessorsOf).Count(who => who.Length == 0)),
        missing => missing == 0);

    private GroupMember ProcessOf(string name) => _members.Single(member => member.Name == name).Process;

    private string Errors() => string.Join("; ", _members.Select(member => member.Name + ": " + member.Process.Errors));

    // For each partition who processed its record of a slice, more than one joined by a plus.
    private string[] ProcessorsOf(int slice)
    {
        var who = new string[Partitions];
        for (var partition = 0; partition < Partitions; partition++)
            who[partition] = string.Join('+', _members.SelectMany(member => member.Process.Processed.Where(one => one.Partition == partition && one.Value == ValueOf(slice)).Select(_ => member.Name)));
        return who;
    }

    private static string ValueOf(int slice) => slice.ToString(CultureInfo.InvariantCulture);

    private async Task ProduceAsync()
    {
        var value = Encoding.UTF8.GetBytes(ValueOf(_slices));
        for (var partition = 0; partition < Partitions; partition++)
            await _producer.SendAsync(new ProducerRecord { Topic = topic, Partition = partition, Value = value });
        await _producer.FlushAsync();
        _slices++;
    }
}

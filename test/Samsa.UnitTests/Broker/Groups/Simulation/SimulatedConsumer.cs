using Samsa.Broker.Groups.Consumers;
using Samsa.Protocol;
using Xunit;

namespace Samsa.UnitTests.Broker.Groups.Simulation;

/// <summary>A member of the consumer protocol (KIP-848). It may be slow to give up partitions; then the coordinator has to lose patience.</summary>
internal sealed class SimulatedConsumer(GroupHarness groups, string name, string? instance, bool usesPattern) : SimulatedMember(groups, name, instance)
{
    private const int RevocationMs = 12_000;

    // A removal that could not be stored is tried again after half a second.
    private const int ToleranceMs = 1_000;

    private readonly List<int> _formerEpochs = [];
    private ConsumerMemberClient _client = New(groups, name, 0, instance, usesPattern ? null : ["t"]);
    private int _lives;
    private (string Owned, string Topics)? _said;
    private long _contact = long.MinValue / 2;
    private long _busyUntil;

    // When it was told to give something up, at the earliest; when the coordinator began to wait for it, at the latest, and for what.
    private long? _toldAt;
    private long? _lostAt;
    private (long At, int Epoch, string Assigned)? _patience;

    public override string MemberId => _client.MemberId;

    public override int Epoch => _client.Epoch;

    public override IReadOnlyList<string> Topics => usesPattern ? ["t", "tt"] : _client.Topics;

    public override IReadOnlySet<(string Topic, int Partition)> Owned => Named(_client.Owned);

    public override bool IsIn => Epoch > 0;

    public override FormerIdentity? Identity => Epoch > 0 ? new FormerIdentity(false, MemberId, Epoch, Instance, null) : null;

    protected override bool IsEntitled => Groups.Now < _contact + SessionMs && !(Groups.Now >= _toldAt + RevocationMs);

    public override void Act(Random? trouble)
    {
        if (trouble is null)
            _busyUntil = 0;
        else if (trouble.Next(25) == 0)
            _busyUntil = Groups.Now + trouble.Next(60_000);

        // After a lost answer it takes nothing that it had not taken before: it said that it did not have it, and the coordinator may have
        // believed that and given it to another. (A client that takes it even so is a gap in KIP-848.)
        if (Groups.Now >= _busyUntil)
        {
            if (_lostAt is null)
                _client.Reconcile();
            else
                _client.GiveUp();
        }

        var request = _client.Request();
        request.RebalanceTimeoutMs = RevocationMs;

        // As Java's client: all of it after an error and when something changed, otherwise perhaps only that it is there.
        var said = (string.Join(' ', _client.Owned.Order()), string.Join(' ', _client.Topics));
        if (trouble is not null && Epoch > 0 && said == _said && trouble.Next(2) == 0)
            (request.RebalanceTimeoutMs, request.SubscribedTopicNames, request.SubscribedTopicRegex, request.TopicPartitions) = (-1, null, null, null);
        var answer = _client.Send(request);
        _said = answer.ErrorCode == ErrorCode.None ? said : null;
        if (trouble?.Next(12) == 0)
        {
            // It comes again with what it knows; what the lost answer asked for counts from now on.
            _lostAt ??= Groups.Now;
            _said = null;
            return;
        }

        WasRefused = answer.ErrorCode == ErrorCode.GroupMaxSizeReached;
        var (epoch, assigned) = (Epoch, _client.Assigned);
        _client.Take(answer);

        // It acknowledges what is another assignment, also one that takes back what it never had: the coordinator waits for that.
        if (_client.Assigned is not null && assigned?.SetEquals(_client.Assigned) != true)
            _said = null;
        if (WasRefused)
            _client.Forget();
        if (answer.ErrorCode != ErrorCode.None)
        {
            if (Epoch == 0)
                Lose();
            return;
        }

        if (Epoch != epoch && epoch > 0)
            _formerEpochs.Add(epoch);
        OnHeard();
        if (Groups.Now >= _busyUntil)
            _client.Reconcile();
    }

    public override void OnRestart()
    {
        if (_patience is { } patience)
            _patience = patience with { At = Groups.Now };
    }

    public override ErrorCode Commit(long offset, (string Topic, int Partition) partition) => Commit(Epoch, offset, partition);

    public override (string What, ErrorCode Error)? ActLate(Random random)
    {
        if (_formerEpochs.Count == 0 || Epoch == 0)
            return null;

        // The one before may be accepted once more; its answer may have got lost. A group that was empty meanwhile may have begun anew with its epochs.
        var epoch = _formerEpochs[random.Next(_formerEpochs.Count)];
        if (epoch == Epoch)
            return null;
        if (Groups.Shard.Find(GroupHarness.Group) is ConsumerGroup group && group.TryGet(MemberId, out var member) && epoch == member.PreviousEpoch)
            return null;
        var request = _client.Request();
        request.MemberEpoch = epoch;
        return ($"a heartbeat with epoch {epoch}", _client.Send(request).ErrorCode);
    }

    public override bool Leave(Random random)
    {
        // A static member that leaves for a while is still one, and may yet leave for good.
        var (identity, forAWhile) = (Identity, Instance is not null && random.Next(2) == 0);
        var left = identity is not null && _client.Leave(forAWhile ? ConsumerMember.StaticLeaveEpoch : ConsumerMember.LeaveEpoch) == ErrorCode.None;
        if (identity is not null && Instance is not null && (forAWhile || !left))
            Predecessors.Add(identity);
        BeginAnew();
        return left && !forAWhile;
    }

    public override void BeginAnew()
    {
        _client = New(Groups, Name, ++_lives, Instance, usesPattern ? null : _client.Topics);
        _formerEpochs.Clear();
        Lose();
    }

    public override void Subscribe(IReadOnlyList<string> topics)
    {
        if (!usesPattern)
            _client.Topics = [.. topics];
    }

    /// <summary>Commits under any epoch.</summary>
    public ErrorCode Commit(int epoch, long offset, (string Topic, int Partition) partition) =>
        Groups.Commit(offset, MemberId, epoch, partition.Partition, partition.Topic, instance: Instance, version: 10);

    // Who says nothing of a pattern goes on with the one that its instance had before.
    private static ConsumerMemberClient New(GroupHarness groups, string name, int life, string? instance, List<string>? topics) =>
        new(groups, $"{name}.{life}", instance) { Topics = topics ?? [], Regex = topics is null ? "t.*" : "" };

    private static HashSet<(string, int)> Named(IEnumerable<(Guid Topic, int Partition)> partitions) =>
        [.. partitions.Select(one => (one.Topic == ClusterOfTopics.IdOf("t") ? "t" : "tt", one.Partition))];

    private void OnHeard()
    {
        _contact = Groups.Now;
        if (_client.Assigned is null || _client.Owned.IsSubsetOf(_client.Assigned))
        {
            (_toldAt, _lostAt, _patience) = (null, null, null);
            return;
        }

        _toldAt ??= _lostAt ?? Groups.Now;
        _lostAt = null;
        var now = (Groups.Now, Epoch, string.Join(' ', _client.Assigned.Order()));
        if (_patience is not { } patience || patience.Epoch != now.Epoch || patience.Assigned != now.Item3)
            _patience = now;
        else
            Assert.True(Groups.Now <= patience.At + RevocationMs + ToleranceMs, $"{this} keeps partitions for ever that it was told to give up.");
    }

    private void Lose() => (_contact, _toldAt, _lostAt, _patience) = (long.MinValue / 2, null, null, null);
}

using Samsa.Broker.Groups;
using Samsa.Broker.Groups.Consumers;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Xunit;

namespace Samsa.UnitTests.Broker.Groups.Simulation;

/// <summary>
/// A member of the classic protocol. An eager one gives everything up before it joins again; a cooperative one says what it has, and joins
/// once more when it had to give something up.
/// </summary>
internal sealed class SimulatedClassicMember(GroupHarness groups, string name, string? instance, bool isCooperative, bool maySkip, int rebalanceMs)
    : SimulatedMember(groups, name, instance)
{
    private readonly List<(int Generation, string? Protocol)> _formerGenerations = [];
    private readonly HashSet<(string Topic, int Partition)> _owned = [];
    private List<string> _topics = ["t"];
    private List<string> _saidTopics = [];
    private string _memberId = "";
    private JoinGroupResponse? _joined;
    private bool _isSynced;
    private int _ownedSince = -1;
    private long _dealtVersion;
    private long _contact = long.MinValue / 2;
    private bool _isLapsed;

    // Since when the coordinator waits for its next JoinGroup or SyncGroup.
    private long? _owesSince;
    private long _stuckUntil;
    private (GroupHarness.Answer<JoinGroupResponse> Answer, long Since)? _join;
    private (GroupHarness.Answer<SyncGroupResponse> Answer, long Since)? _sync;

    public override string MemberId => _memberId;

    public override int Epoch => _joined?.GenerationId ?? -1;

    public override IReadOnlyList<string> Topics => _topics;

    public override IReadOnlySet<(string Topic, int Partition)> Owned => _owned;

    public override bool IsIn => _isSynced && !IsOutdated;

    public override FormerIdentity? Identity =>
        _joined is null ? null : new FormerIdentity(true, _memberId, _joined.GenerationId, Instance, _joined.ProtocolName);

    // Silence does not count against somebody who waits for an answer. Who joins again after his session has no right to what he still has.
    // Nor who keeps the coordinator waiting, whose heartbeats alone do not help.
    protected override bool IsEntitled => !_isLapsed && !(Groups.Now >= _owesSince + rebalanceMs)
        && (_join is not null || _sync is not null || Groups.Now < _contact + SessionMs);

    // It wants other topics than the group knows of, or it leads and the topics are not those that it dealt out.
    private bool IsOutdated => !_topics.SequenceEqual(_saidTopics) || (_joined!.Leader == _memberId && Groups.Cluster.Version != _dealtVersion);

    private string Protocol => isCooperative ? "cooperative-sticky" : "range";

    public override void Act(Random? trouble)
    {
        Listen();
        if (trouble is null)
            _stuckUntil = 0;
        else if (trouble.Next(15) == 0)
            _stuckUntil = Groups.Now + trouble.Next(60_000);
        if (_join is not null || _sync is not null)
        {
            if (trouble?.Next(10) != 0)
                return;

            // The connection broke: the answer will not be heard, and the member asks again.
            (_join, _sync, _contact) = (null, null, Groups.Now);
        }

        if (_isSynced && IsOutdated)
            JoinAgain();
        if (_joined is null)
        {
            _isLapsed |= !IsEntitled;
            _saidTopics = _topics;
            _join = (Groups.JoinWith(Protocol, Subscription(), _memberId, Instance, rebalanceMs, maySkip), Groups.Now);
        }
        else if (!_isSynced && Groups.Now < _stuckUntil)
        {
            // It is long in finding out who gets what, or was forgotten by its own process; only its heartbeats go on.
            OnHeartbeat(Groups.Heartbeat(_memberId, _joined.GenerationId, Instance));
        }
        else if (!_isSynced)
        {
            _sync = (Groups.Sync(_memberId, _joined.GenerationId, Instance, "consumer", _joined.ProtocolName, Share(_joined)), Groups.Now);
        }
        else
        {
            OnHeartbeat(Groups.Heartbeat(_memberId, _joined.GenerationId, Instance));
        }

        Listen();
    }

    public override void Listen()
    {
        var group = Groups.Shard.Find(GroupHarness.Group) as ClassicGroup;
        if (_join is { } join)
        {
            if (!join.Answer.IsWaiting)
            {
                _join = null;
                OnJoined(join.Answer.Now, Groups.AnsweredAt(join.Answer));
            }
            else
            {
                Assert.True(group is { State: ClassicGroupState.PreparingRebalance }, $"{this} waits for others who do not come: {group?.StateName}");
                Assert.True(Groups.Now <= join.Since + rebalanceMs + 3_000, $"{this} has waited since {join.Since} for the others; now is {Groups.Now}");
            }
        }

        if (_sync is { } sync)
        {
            if (!sync.Answer.IsWaiting)
            {
                _sync = null;
                OnSynced(sync.Answer.Now, Groups.AnsweredAt(sync.Answer));
            }
            else
            {
                Assert.True(
                    group is { State: ClassicGroupState.CompletingRebalance } && group.GenerationId == Epoch,
                    $"{this} waits for an assignment that will not come: {group?.StateName}");
                Assert.True(Groups.Now <= sync.Since + rebalanceMs, $"{this} has waited since {sync.Since} for its assignment; now is {Groups.Now}");
            }
        }
    }

    public override ErrorCode Commit(long offset, (string Topic, int Partition) partition)
    {
        if (!_isSynced)
            return ErrorCode.RebalanceInProgress;
        var error = Groups.Commit(offset, _memberId, Epoch, partition.Partition, partition.Topic, Instance, version: 10);
        if (error != ErrorCode.None && error != ErrorCode.NotEnoughReplicas)
            Obey(error);
        return error;
    }

    public override (string What, ErrorCode Error)? ActLate(Random random)
    {
        if (_formerGenerations.Count == 0 || _joined is null)
            return null;

        // A generation whose assignment was never stored comes again after a restart.
        var (generation, protocol) = _formerGenerations[random.Next(_formerGenerations.Count)];
        if (generation == _joined.GenerationId || Groups.Shard.Find(GroupHarness.Group) is not ClassicGroup group || generation == group.GenerationId)
            return null;
        var partition = ("t", random.Next(4));
        return random.Next(3) switch
        {
            0 => ($"a heartbeat of generation {generation}", Groups.Heartbeat(_memberId, generation, Instance)),
            1 => ($"a SyncGroup of generation {generation}", Groups.Sync(_memberId, generation, Instance, "consumer", protocol, Share(_joined)).Now.ErrorCode),
            _ => ($"a commit of generation {generation}",
                Groups.Commit(1_000_000, _memberId, generation, partition.Item2, partition.Item1, Instance, version: 10)),
        };
    }

    public override bool Leave(Random random)
    {
        var left = _joined is not null && Groups.Leave(_memberId, Instance) == ErrorCode.None;
        BeginAnew();
        return left;
    }

    public override void BeginAnew()
    {
        _memberId = "";
        _formerGenerations.Clear();
        Lose();
    }

    public override void Subscribe(IReadOnlyList<string> topics) => _topics = [.. topics];

    // The coordinator reckons the session from its answer; this may be looked at later.
    private void OnJoined(JoinGroupResponse answer, long at)
    {
        WasRefused = answer.ErrorCode == ErrorCode.GroupMaxSizeReached;
        if (answer.ErrorCode is ErrorCode.None or ErrorCode.RebalanceInProgress or ErrorCode.NotCoordinator)
            _contact = at;
        if (answer.ErrorCode == ErrorCode.MemberIdRequired)
        {
            _memberId = answer.MemberId;
        }
        else if (answer.ErrorCode != ErrorCode.None)
        {
            Obey(answer.ErrorCode);
        }
        else
        {
            (_memberId, _joined, _isSynced, _ownedSince, _owesSince) = (answer.MemberId, answer, false, answer.GenerationId, at);
        }
    }

    private void OnSynced(SyncGroupResponse answer, long at)
    {
        if (answer.ErrorCode != ErrorCode.None)
        {
            Obey(answer.ErrorCode);
            return;
        }

        var assigned = ConsumerProtocol.ReadAssignment(answer.Assignment)?.AssignedPartitions
            .SelectMany(topic => topic.Partitions.Select(partition => (topic.Topic, partition))).ToHashSet() ?? [];
        var gaveUp = !_owned.IsSubsetOf(assigned);
        _owned.Clear();
        _owned.UnionWith(assigned);
        (_contact, _isLapsed, _isSynced, _owesSince) = (at, false, true, null);
        if (isCooperative && gaveUp)
            JoinAgain();
    }

    private void OnHeartbeat(ErrorCode error)
    {
        if (error is ErrorCode.None or ErrorCode.RebalanceInProgress)
            _contact = Groups.Now;
        if (error == ErrorCode.RebalanceInProgress)
            _owesSince ??= Groups.Now;
        Obey(error);
    }

    private void Obey(ErrorCode error)
    {
        switch (error)
        {
            case ErrorCode.None:
                break;
            case ErrorCode.UnknownMemberId or ErrorCode.FencedInstanceId or ErrorCode.GroupMaxSizeReached:
                _memberId = "";
                _formerGenerations.Clear();
                Lose();
                break;
            case ErrorCode.IllegalGeneration:
                Lose();
                break;
            default:
                JoinAgain();
                break;
        }
    }

    private void Lose()
    {
        JoinAgain();
        _owned.Clear();
        (_ownedSince, _dealtVersion, _contact, _owesSince) = (-1, -1, long.MinValue / 2, null);
    }

    private void JoinAgain()
    {
        if (_joined is not null)
            _formerGenerations.Add((_joined.GenerationId, _joined.ProtocolName));
        (_joined, _join, _sync, _isSynced) = (null, null, null, false);
        if (!isCooperative)
            _owned.Clear();
    }

    private byte[] Subscription() => GroupRecords.Encode(3, new ConsumerProtocolSubscription
    {
        Topics = [.. _topics],
        GenerationId = _ownedSince,
        OwnedPartitions = [.. _owned.GroupBy(one => one.Topic).Select(topic => new ConsumerProtocolSubscription.TopicPartition
        {
            Topic = topic.Key,
            Partitions = [.. topic.Select(one => one.Partition)],
        })],
    }, 3);

    // The leader deals the partitions out. What another one still has stays free in a cooperative group until he has given it up.
    private Dictionary<string, byte[]> Share(JoinGroupResponse joined)
    {
        var shares = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        if (joined.Leader != joined.MemberId || joined.SkipAssignment)
            return shares;
        _dealtVersion = Groups.Cluster.Version;
        var members = joined.Members.ConvertAll(member => (member.MemberId, Said: ConsumerProtocol.ReadSubscription(member.Metadata)!));
        var newest = members.Max(member => member.Said.GenerationId);
        var holders = new Dictionary<(string, int), string>();
        foreach (var (memberId, said) in members.Where(member => member.Said.GenerationId == newest))
        {
            foreach (var topic in said.OwnedPartitions)
                topic.Partitions.ForEach(partition => holders[(topic.Topic, partition)] = memberId);
        }

        var dealt = members.ToDictionary(member => member.MemberId, _ => new ConsumerProtocolAssignment(), StringComparer.Ordinal);
        var next = 0;
        foreach (var topic in members.SelectMany(member => member.Said.Topics).Distinct().Order(StringComparer.Ordinal))
        {
            var readers = members.FindAll(member => member.Said.Topics.Contains(topic));
            for (var partition = 0; partition < Groups.Cluster.FindTopic(topic)!.Partitions.Count; partition++)
            {
                var reader = readers[next++ % readers.Count].MemberId;
                if (!holders.TryGetValue((topic, partition), out var holder) || holder == reader)
                {
                    dealt[reader].AssignedPartitions.Add(new ConsumerProtocolAssignment.TopicPartition { Topic = topic, Partitions = [partition] });
                }
            }
        }

        foreach (var (memberId, assignment) in dealt)
            shares[memberId] = GroupRecords.Encode(1, assignment, 1);
        return shares;
    }
}

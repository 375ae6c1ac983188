using System.Globalization;
using Samsa.Broker.Groups;
using Samsa.Broker.Groups.Consumers;
using Samsa.Protocol;
using Xunit;

namespace Samsa.UnitTests.Broker.Groups.Simulation;

/// <summary>
/// One random life of a group: members join, leave, die, fall silent and commit, topics grow, appends fail, and the coordinator begins anew
/// with what is in the log, compacted or not. What the coordinator tells the members together must fit.
/// </summary>
internal sealed class GroupLife
{
    private const int Slots = 5;

    // Sessions of 10 s, an initial delay of 3 s and some heartbeats are less; a rebalance that waits for somebody in vain takes 60 s.
    private const int RestMs = 45_000;

    private readonly LifeKind _kind;
    private readonly Random _random;
    private readonly GroupHarness _groups;
    private readonly ClusterOfTopics _cluster = new();
    private readonly Dictionary<string, int> _partitions = new(StringComparer.Ordinal) { ["t"] = 4, ["tt"] = 2 };
    private readonly int _maxSize;
    private readonly bool _isCooperative;

    // A leader that comes back as a static member and cannot be told so (before JoinGroup v9) does not watch the topics.
    private readonly bool _leadersReturn;
    private readonly int _rebalanceMs;
    private readonly List<SimulatedMember> _members = [];
    private readonly List<FormerIdentity> _former = [];
    private readonly Dictionary<(string Topic, int Partition), long> _committed = [];
    private readonly Dictionary<(string Topic, int Partition), string> _owners = [];
    private Group? _group;
    private int _epoch;

    public GroupLife(int seed, LifeKind kind)
    {
        _kind = kind;
        _random = new Random(seed);
        _maxSize = kind != LifeKind.Mixed && _random.Next(4) == 0 ? 3 : 100;
        _isCooperative = _maxSize > Slots && _random.Next(2) == 0;
        _leadersReturn = _random.Next(3) > 0;
        _rebalanceMs = _random.Next(2) == 0 ? 15_000 : 60_000;
        _groups = new GroupHarness(
            $"group.initial.rebalance.delay.ms={_random.Next(2) * 3000}",
            $"group.max.size={_maxSize}",
            $"group.consumer.max.size={_maxSize}",
            "group.consumer.min.heartbeat.interval.ms=1000",
            "group.consumer.heartbeat.interval.ms=1000",
            $"group.consumer.min.session.timeout.ms={SimulatedMember.SessionMs}",
            $"group.consumer.session.timeout.ms={SimulatedMember.SessionMs}",
            $"group.consumer.assignors={(_random.Next(2) == 0 ? "uniform" : "range")}",
            $"group.consumer.assignment.interval.ms={_random.Next(2) * 1000}",
            $"group.consumer.migration.policy={(_random.Next(4) == 0 ? "upgrade" : "bidirectional")}");
        foreach (var (topic, partitions) in _partitions)
            _groups.Cluster = _cluster.With(topic, partitions);
        for (var i = 0; i < Slots; i++)
        {
            var instance = _random.Next(3) == 0 ? string.Create(CultureInfo.InvariantCulture, $"instance{i}") : null;
            _members.Add(New(string.Create(CultureInfo.InvariantCulture, $"m{i}"), instance, kind == LifeKind.Classic || (kind == LifeKind.Mixed && _random.Next(2) == 0)));
        }
    }

    public int StepNumber { get; private set; }

    /// <summary>How often a partition went from one member to another.</summary>
    public int HandOvers { get; private set; }

    /// <summary>How often the group changed its protocol.</summary>
    public int Conversions { get; private set; }

    /// <summary>How often somebody tried what only a present member may.</summary>
    public int Refusals { get; private set; }

    public void Live(int steps)
    {
        for (; StepNumber < steps; StepNumber++)
        {
            var at = _random.Next(Slots);
            var member = _members[at];
            switch (_random.Next(100))
            {
                case < 50:
                    member.Act(_random);
                    break;
                case < 60:
                    Commit(member);
                    break;
                case < 64:
                    ActLate(member);
                    break;
                case < 68:
                    ActAsFormer();
                    break;
                case < 71:
                    Leave(member);
                    break;
                case < 75:
                    Die(member);
                    break;
                case < 77 when _kind == LifeKind.Mixed:
                    ChangeProtocol(at);
                    break;
                case < 79:
                    member.Subscribe(_random.Next(2) == 0 ? ["t"] : ["t", "tt"]);
                    break;
                case < 80 when _leadersReturn || _kind == LifeKind.Consumer:
                    GrowTopic();
                    break;
                case < 82:
                    _groups.FailNext = ErrorCode.NotEnoughReplicas;
                    break;
                case < 84:
                    Restart();
                    break;
                case < 85:
                    // Some changes only come out of a group that had come to rest.
                    for (var i = 0; i < 8; i++)
                        Pass();
                    break;
                default:
                    _groups.Advance(_random.Next(1, 4000));
                    break;
            }

            var conversions = Conversions;
            Check();

            // What follows a change of the protocol shows better when nothing else comes between.
            if (Conversions > conversions && _random.Next(4) == 0)
            {
                Restart();
                Check();
                if (_random.Next(4) == 0)
                    return;
            }
        }
    }

    /// <summary>From now on nobody dies and nothing fails: whoever is allowed to must soon have his share, and keep it.</summary>
    public void ComeToRest()
    {
        _groups.FailNext = ErrorCode.None;
        if (_random.Next(2) == 0)
            Restart();

        // Who is no member now may stay away: then nobody's coming makes up for what was forgotten.
        if (_random.Next(2) == 0 && _members.Exists(member => member.Identity is not null))
            _members.RemoveAll(member => member.Identity is null);
        var end = _groups.Now + RestMs;
        do
        {
            Pass();
            Assert.True(_groups.Now < end, $"The group does not come to rest: {_groups.Shard.Find(GroupHarness.Group)?.StateName}; {string.Join("; ", _members)}\n{GroupSnapshot.Of(_groups.Shard.Find(GroupHarness.Group))}");
        }
        while (!IsAtRest());

        var before = string.Join("; ", _members);
        for (var i = 0; i < 40; i++)
            Pass();
        Assert.Equal(before, string.Join("; ", _members));
    }

    private SimulatedMember New(string name, string? instance, bool isClassic) => isClassic
        ? new SimulatedClassicMember(_groups, name, instance, _isCooperative, _leadersReturn, _rebalanceMs)
        : new SimulatedConsumer(_groups, name, instance, usesPattern: _random.Next(3) == 0);

    private void Pass()
    {
        StepNumber++;
        foreach (var member in _members)
        {
            member.Act(null);
            Check();
        }

        _groups.Advance(500);
        Check();
    }

    private bool IsAtRest()
    {
        var inside = _members.FindAll(member => member.IsIn);
        var count = _groups.Shard.Find(GroupHarness.Group) switch
        {
            ClassicGroup { State: ClassicGroupState.Stable } classic => classic.Members.Count,
            ConsumerGroup { State: ConsumerGroupState.Stable } consumer => consumer.Members.Count,
            _ => -1,
        };
        return count == inside.Count && count == Math.Min(_members.Count, _maxSize) && _members.All(member => member.IsIn || member.WasRefused)
            && _partitions.Where(topic => inside.Any(member => member.Topics.Contains(topic.Key)))
                .SelectMany(topic => Enumerable.Range(0, topic.Value).Select(partition => (topic.Key, partition))).Order()
                .SequenceEqual(inside.SelectMany(member => member.Owned).Order());
    }

    private void Commit(SimulatedMember member)
    {
        if (member.Owned.Count == 0)
            return;
        var partition = member.Owned.Order().ElementAt(_random.Next(member.Owned.Count));
        Take(member, partition, offset => member.Commit(offset, partition));
    }

    private void Take(SimulatedMember member, (string Topic, int Partition) partition, Func<long, ErrorCode> commit)
    {
        var offset = _committed.GetValueOrDefault(partition) + _random.Next(1, 10);
        if (commit(offset) != ErrorCode.None)
            return;

        // Whoever was given the partition meanwhile has begun where the commits ended.
        Assert.All(_members, other => Assert.True(other == member || !other.Has.Contains(partition), $"{member} committed what is another's: {other}"));
        _committed[partition] = offset;
    }

    // A member whose epoch or generation is not the present one.
    private void ActLate(SimulatedMember member)
    {
        if (member is SimulatedConsumer { Epoch: > 1 } consumer && _random.Next(2) == 0)
        {
            // What it has had since then it may still commit (KIP-1251).
            var partition = ("t", _random.Next(_partitions["t"]));
            Take(member, partition, offset => consumer.Commit(_random.Next(1, consumer.Epoch), offset, partition));
            Refusals++;
        }
        else if (member.ActLate(_random) is { } late)
        {
            Assert.True(late.Error != ErrorCode.None, $"{late.What} of {member} was taken.");
            Refusals++;
        }
    }

    // Somebody who slept through the end of his membership: nothing of him counts.
    private void ActAsFormer()
    {
        if (_former.Count == 0)
            return;
        var former = _former[_random.Next(_former.Count)];
        if (_members.Exists(member => member.MemberId == former.MemberId))
            return;
        Refusals++;
        var zombie = new Zombie(_groups, former);
        var (what, error) = zombie.Act(_random);
        Assert.True(error != ErrorCode.None, $"{what} of {former} was taken.");

        // Another answer would let it join again and drive its successor out. A consumer group that is full says so first.
        var isReplaced = former.Instance is not null && _members.Exists(member => member.Instance == former.Instance && member.IsIn && IsKnown(member));
        Assert.True(
            !isReplaced || error == zombie.FencedBy || zombie.FencedBy == ErrorCode.None || error == ErrorCode.GroupMaxSizeReached,
            $"{what} of {former}, who has a successor, was answered with {error}.");
    }

    private bool IsKnown(SimulatedMember member) => _groups.Shard.Find(GroupHarness.Group) switch
    {
        ClassicGroup group => group.Members.Any(one => one.MemberId == member.MemberId),
        ConsumerGroup group => group.TryGet(member.MemberId, out _),
        _ => false,
    };

    private void Leave(SimulatedMember member)
    {
        var identity = member.Identity;
        if (member.Leave(_random) && identity is not null)
            _former.Add(identity);
    }

    private static void Die(SimulatedMember member)
    {
        if (member is { Instance: not null, Identity: { } identity })
            member.Predecessors.Add(identity);
        member.BeginAnew();
    }

    private void ChangeProtocol(int at)
    {
        var before = _members[at];
        if (_random.Next(2) == 0)
            Leave(before);
        else
            Die(before);
        _members[at] = New(before.Name + "'", before.Instance, before is SimulatedConsumer);
        _members[at].Predecessors.AddRange(before.Predecessors);
    }

    private void GrowTopic()
    {
        var topic = _random.Next(2) == 0 ? "t" : "tt";
        _groups.Cluster = _cluster.With(topic, _partitions[topic] = Math.Min(_partitions[topic] + 1, 7));
    }

    private void Restart()
    {
        // What a classic group changes is not stored before its members have their assignment: who left or was replaced may be back.
        if (_groups.Shard.Find(GroupHarness.Group) is ClassicGroup)
        {
            _former.Clear();
            _members.ForEach(member => member.Predecessors.Clear());
        }

        var before = GroupSnapshot.Of(_groups.Shard.Find(GroupHarness.Group));
        if (_random.Next(2) == 0)
            _groups.Compact(_random);
        _groups.Restart();
        if (before is not null)
            Assert.Equal(before, GroupSnapshot.Of(_groups.Shard.Find(GroupHarness.Group)));
        _members.ForEach(member => member.OnRestart());
    }

    private void Check()
    {
        foreach (var member in _members)
        {
            member.Listen();
            if (member.IsIn && member.Predecessors.Count > 0)
            {
                _former.AddRange(member.Predecessors.FindAll(one => one.MemberId != member.MemberId));
                member.Predecessors.Clear();
            }
        }

        CheckGroup();
        var owners = new Dictionary<(string Topic, int Partition), SimulatedMember>();
        foreach (var member in _members)
        {
            foreach (var partition in member.Has)
            {
                Assert.True(owners.TryAdd(partition, member), $"{partition} has two owners: {owners.GetValueOrDefault(partition)} and {member}");
                HandOvers += _owners.TryGetValue(partition, out var before) && before != member.Name ? 1 : 0;
                _owners[partition] = member.Name;
            }
        }

        foreach (var ((topic, partition), offset) in _committed)
        {
            var stored = _groups.Committed(partition, topic);
            Assert.True(offset == stored, $"{topic}-{partition}: {offset} was committed, {stored} is there.");
        }
    }

    private void CheckGroup()
    {
        var group = _groups.Shard.Find(GroupHarness.Group);
        if (group is ConsumerGroup consumer)
        {
            Assert.True(consumer.TargetEpoch <= consumer.GroupEpoch, "The target is ahead of the group.");
            Assert.True(group != _group || consumer.GroupEpoch >= _epoch, $"The epoch went from {_epoch} to {consumer.GroupEpoch}.");
            _epoch = consumer.GroupEpoch;
            var (given, meant) = (new HashSet<(Guid, int)>(), new HashSet<(Guid, int)>());
            foreach (var member in consumer.Members)
            {
                foreach (var (topic, one) in member.Assigned.All.Concat(member.PendingRevocation.All))
                    Assert.True(given.Add((topic, one.Partition)), $"{member.MemberId} was given partition {one.Partition}, which somebody has.");
                foreach (var (topic, one) in consumer.TargetOf(member.MemberId).All)
                    Assert.True(meant.Add((topic, one.Partition)), $"{member.MemberId} shall have partition {one.Partition}, and somebody else, too.");
            }
        }

        Conversions += _group is not null && group is not null && _group.GetType() != group.GetType() ? 1 : 0;
        _group = group;
    }
}

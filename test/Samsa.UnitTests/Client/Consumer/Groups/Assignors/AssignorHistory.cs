using Samsa.Client.Consumer;
using Samsa.Client.Consumer.Groups.Assignors;
using Samsa.Protocol;

namespace Samsa.UnitTests.Client.Consumer.Groups.Assignors;

/// <summary>
/// The life of a group from a seed: members come, go, restart under another id, miss a generation, subscribe to something else, tell lies about
/// what they own; topics come, go and grow. Each rebalance is a case.
/// </summary>
internal sealed class AssignorHistory
{
    private static readonly string[] Assignors = ["range", "roundrobin", "sticky", "cooperative-sticky"];
    private static readonly string[] Racks = ["rack-a", "rack-b", "rack-c"];

    private readonly Random _random;
    private readonly string _assignor;
    private readonly Dictionary<string, AssignableTopic> _topics = new(StringComparer.Ordinal);
    private readonly List<HistoryMember> _members = [];
    private readonly int _rackChance;
    private readonly bool _isUniform;
    private readonly bool _hasLiars;
    private readonly int _size;
    private int _generation;
    private int _names;

    private AssignorHistory(int seed)
    {
        _random = new Random(seed);
        _assignor = Pick(Assignors);
        _rackChance = Pick([0, 0, 60, 100]);
        _isUniform = Chance(40);
        _hasLiars = Chance(20);
        _size = Pick([2, 4, 8, 16, 40]);
        for (var topics = _random.Next(1, 8); topics > 0; topics--)
        {
            AddTopic();
        }

        for (var members = _random.Next(1, _size + 1); members > 0; members--)
        {
            _members.Add(NewMember());
        }
    }

    /// <summary>The rebalances of the group of a seed.</summary>
    public static IEnumerable<AssignorCase> Of(int seed)
    {
        var history = new AssignorHistory(seed);
        for (var rounds = history._random.Next(1, 7); rounds > 0; rounds--)
        {
            var next = history.Rebalance();
            yield return next;
            history.Live(next.Solve());
        }
    }

    private bool Chance(int percent) => _random.Next(100) < percent;

    private T Pick<T>(T[] choices) => choices[_random.Next(choices.Length)];

    private AssignorCase Rebalance()
    {
        var order = _members.ToArray();
        _random.Shuffle(order);
        return new AssignorCase(
            _assignor, [.. _topics.Values], [.. order.Select(member => (member.Id, member.InstanceId, Subscription(member)))]);
    }

    private byte[] Subscription(HistoryMember member)
    {
        var topics = member.Topics.ToArray();
        _random.Shuffle(topics);
        var version = member.Version;
        return ConsumerProtocol.Encode(
            new MemberSubscription(member.Id, topics)
            {
                UserData = member.UserData,
                OwnedPartitions = version >= 1 ? member.Owned : [],
                Generation = version >= 2 ? member.Generation : -1,
                RackId = version >= 3 ? member.Rack : null,
            },
            version);
    }

    // What happens between two rebalances.
    private void Live(IReadOnlyDictionary<string, MemberAssignment> assignments)
    {
        _generation++;
        foreach (var member in _members)
        {
            if (Chance(85))
            {
                var assignor = AssignorCase.Make(_assignor);
                assignor.OnAssignment(assignments[member.Id], new ConsumerGroupMetadata("g", _generation, member.Id, null));
                member.UserData = assignor.SubscriptionUserData(member.Topics)?.ToArray();
                member.Owned = assignments[member.Id].Partitions;
                member.Generation = _generation;
            }

            if (_hasLiars && Chance(20))
            {
                Lie(member);
            }
        }

        _members.RemoveAll(_ => Chance(15));
        for (var more = _random.Next(0, Math.Max(2, _size / 3)); more > 0 || _members.Count == 0; more--)
        {
            _members.Add(NewMember());
        }

        ChangeTopics();
        foreach (var member in _members.Where(member => Chance(10)))
        {
            member.Id = NewId();
        }

        foreach (var member in _members.Where(member => member.Generation == _generation && !_isUniform && !_hasLiars && Chance(15)))
        {
            member.Topics = SomeTopics();
        }

        foreach (var member in _members.Where(member => member.Generation < _generation && !_hasLiars))
        {
            ForgetOthers(member);
        }
    }

    // Members of an earlier generation must not claim what they do not subscribe to: there Java's sticky assignors fail, or give it to them.
    private void ForgetOthers(HistoryMember member)
    {
        var owned = member.Owned.Where(partition => member.Topics.Contains(partition.Topic)).ToArray();
        if (owned.Length < member.Owned.Count)
        {
            var assignor = AssignorCase.Make(_assignor);
            assignor.OnAssignment(new MemberAssignment(owned), new ConsumerGroupMetadata("g", member.Generation, member.Id, null));
            member.UserData = assignor.SubscriptionUserData(member.Topics)?.ToArray();
            member.Owned = owned;
        }
    }

    private void ChangeTopics()
    {
        if (Chance(25))
        {
            AddTopic();
        }

        if (Chance(15) && _topics.Count > 1)
        {
            _topics.Remove(Pick([.. _topics.Keys]));
        }

        foreach (var topic in _topics.Values.ToArray())
        {
            if (Chance(15))
            {
                Put(topic.Name, topic.PartitionCount + _random.Next(1, 4));
            }
        }

        if (_isUniform)
        {
            foreach (var member in _members)
            {
                member.Topics = [.. _topics.Keys];
            }
        }
    }

    private void Lie(HistoryMember member)
    {
        var claims = new List<TopicPartition>();
        foreach (var name in member.Topics)
        {
            if (_topics.TryGetValue(name, out var topic))
            {
                for (var count = _random.Next(0, 4); count > 0; count--)
                {
                    claims.Add(new TopicPartition(name, _random.Next(topic.PartitionCount)));
                }
            }
        }

        var generation = Math.Max(-1, _generation - Pick([0, 0, 1, 2]));
        var assignor = AssignorCase.Make(_assignor);
        assignor.OnAssignment(new MemberAssignment(claims), new ConsumerGroupMetadata("g", generation, member.Id, null));
        member.UserData = Chance(10) ? [1, 2, 3] : assignor.SubscriptionUserData(member.Topics)?.ToArray();
        member.Owned = claims;
        member.Generation = Math.Max(-1, generation - Pick([0, 0, 0, 1]));
    }

    private HistoryMember NewMember() => new()
    {
        Id = NewId(),
        InstanceId = Chance(20) ? $"instance-{_names++}-{_random.Next(10)}" : null,
        Topics = _isUniform ? [.. _topics.Keys] : SomeTopics(),
        Rack = Chance(_rackChance) ? Pick([.. Racks, ""]) : null,
        Version = (short)(Chance(80) ? 3 : _random.Next(0, 4)),
    };

    private string NewId()
    {
        var bytes = new byte[16];
        _random.NextBytes(bytes);
        return $"consumer-g-{_random.Next(4)}-{new Guid(bytes)}";
    }

    // Perhaps one that does not exist.
    private List<string> SomeTopics()
    {
        List<string> topics = [.. _topics.Keys.Where(_ => Chance(60))];
        if (topics.Count == 0 || Chance(5))
        {
            topics.Add(Chance(20) ? "missing" : Pick([.. _topics.Keys.Except(topics), "missing"]));
        }

        return topics;
    }

    private void AddTopic() => Put($"{Pick(["orders", "t", "Payments", "a.b-c_d", "events"])}-{_names++}", Pick([1, 2, 3, 5, 6, 12, 24]));

    private void Put(string name, int partitions)
    {
        List<string>[]? racks = null;
        if (_rackChance > 0 && Chance(90))
        {
            racks = [.. Enumerable.Range(0, partitions).Select(_ => Racks.Where(_ => Chance(45)).ToList())];
        }

        _topics[name] = new AssignableTopic(name, partitions) { ReplicaRacks = racks };
    }
}

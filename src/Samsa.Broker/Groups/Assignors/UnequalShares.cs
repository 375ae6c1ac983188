using Samsa.Broker.Groups.Consumers;

namespace Samsa.Broker.Groups.Assignors;

/// <summary>
/// Owns: one assignment of <c>uniform</c> while it is made, for members that read different topics. Each keeps what it has; what nobody
/// has goes to the subscriber with the least; then partitions wander from those with most to those with least until nothing gets more
/// even. Threads: one. Lifetime: one assignment. Never fails.
/// </summary>
internal sealed class UnequalShares
{
    /// <summary>Moving a partition of one topic may unbalance another; this many rounds through all topics are enough in practice.</summary>
    private const int MostRounds = 16;

    private readonly IReadOnlyList<AssignorMember> _members;
    private readonly Dictionary<Guid, List<int>> _subscribers = [];
    private readonly Dictionary<Guid, int[]> _owners = [];
    private readonly List<Guid> _topics;
    private readonly int[] _counts;

    public UnequalShares(IReadOnlyList<AssignorMember> members, IReadOnlyDictionary<Guid, int> partitions)
    {
        _members = members;
        _counts = new int[members.Count];
        for (var i = 0; i < members.Count; i++)
        {
            foreach (var topic in members[i].Topics)
            {
                if (!_subscribers.TryGetValue(topic, out var subscribers))
                {
                    _subscribers[topic] = subscribers = [];
                    var owners = new int[partitions[topic]];
                    Array.Fill(owners, -1);
                    _owners[topic] = owners;
                }

                subscribers.Add(i);
            }
        }

        // First the topics with the least choice: most partitions for each subscriber, then fewest subscribers.
        _topics = [.. _owners.Keys
            .OrderByDescending(topic => (double)_owners[topic].Length / _subscribers[topic].Count)
            .ThenBy(topic => _subscribers[topic].Count)
            .ThenBy(topic => topic)];
    }

    /// <summary>The assignment.</summary>
    public Dictionary<string, PartitionMap> Build()
    {
        KeepPresent();
        foreach (var topic in _topics)
        {
            GiveAway(topic);
        }

        for (var round = 0; round < MostRounds; round++)
        {
            var moved = false;
            foreach (var topic in _topics)
            {
                moved |= Balance(topic);
            }

            if (!moved)
            {
                break;
            }
        }

        return Collect();
    }

    private void KeepPresent()
    {
        for (var i = 0; i < _members.Count; i++)
        {
            foreach (var (topic, partition) in _members[i].Present.All)
            {
                if (_members[i].Topics.Contains(topic) && partition.Partition < _owners[topic].Length && _owners[topic][partition.Partition] < 0)
                {
                    _owners[topic][partition.Partition] = i;
                    _counts[i]++;
                }
            }
        }
    }

    private void GiveAway(Guid topic)
    {
        var owners = _owners[topic];
        var queue = new PriorityQueue<int, (int Count, int Member)>();
        foreach (var member in _subscribers[topic])
        {
            queue.Enqueue(member, (_counts[member], member));
        }

        for (var partition = 0; partition < owners.Length; partition++)
        {
            if (owners[partition] < 0)
            {
                var member = queue.Dequeue();
                owners[partition] = member;
                queue.Enqueue(member, (++_counts[member], member));
            }
        }
    }

    private bool Balance(Guid topic)
    {
        var subscribers = _subscribers[topic];
        var owners = _owners[topic];
        var owned = new Dictionary<int, Stack<int>>();
        for (var partition = 0; partition < owners.Length; partition++)
        {
            if (!owned.TryGetValue(owners[partition], out var mine))
            {
                owned[owners[partition]] = mine = new Stack<int>();
            }

            mine.Push(partition);
        }

        var moved = false;
        while (true)
        {
            var (most, least) = (-1, subscribers[0]);
            foreach (var member in subscribers)
            {
                least = _counts[member] < _counts[least] ? member : least;
                if (owned.TryGetValue(member, out var mine) && mine.Count > 0 && (most < 0 || _counts[member] >= _counts[most]))
                {
                    most = member;
                }
            }

            if (most < 0 || _counts[most] - _counts[least] <= 1)
            {
                return moved;
            }

            // What it is given now is not given on in this round.
            owners[owned[most].Pop()] = least;
            _counts[most]--;
            _counts[least]++;
            moved = true;
        }
    }

    private Dictionary<string, PartitionMap> Collect()
    {
        var shares = new List<KeyValuePair<Guid, OwnedPartition>>[_members.Count];
        for (var i = 0; i < shares.Length; i++)
        {
            shares[i] = new List<KeyValuePair<Guid, OwnedPartition>>(_counts[i]);
        }

        foreach (var (topic, owners) in _owners)
        {
            for (var partition = 0; partition < owners.Length; partition++)
            {
                shares[owners[partition]].Add(new(topic, new OwnedPartition(partition)));
            }
        }

        var assignment = new Dictionary<string, PartitionMap>(_members.Count, StringComparer.Ordinal);
        for (var i = 0; i < shares.Length; i++)
        {
            assignment[_members[i].MemberId] = PartitionMap.Of(shares[i]);
        }

        return assignment;
    }
}

using Samsa.Broker.Groups.Consumers;

namespace Samsa.Broker.Groups.Assignors;

/// <summary>
/// <c>uniform</c>, the default: the numbers of partitions of two members differ by one at most, as far as their subscriptions allow, and
/// as many partitions as possible stay where they are. As in Kafka 4.3 racks make no difference. Stateless.
/// </summary>
internal sealed class UniformAssignor : IPartitionAssignor
{
    /// <inheritdoc/>
    public string Name => "uniform";

    /// <inheritdoc/>
    public Dictionary<string, PartitionMap> Assign(IReadOnlyList<AssignorMember> members, IReadOnlyDictionary<Guid, int> partitions)
    {
        foreach (var member in members)
        {
            if (!member.Topics.SetEquals(members[0].Topics))
            {
                return new UnequalShares(members, partitions).Build();
            }
        }

        return members.Count == 0 ? [] : Deal(members, partitions);
    }

    // Everybody reads the same: everybody keeps what he has up to his share, and the rest is dealt out.
    private static Dictionary<string, PartitionMap> Deal(IReadOnlyList<AssignorMember> members, IReadOnlyDictionary<Guid, int> partitions)
    {
        var topics = members[0].Topics.Order().ToArray();
        var taken = new Dictionary<Guid, bool[]>(topics.Length);
        var count = 0;
        foreach (var topic in topics)
        {
            taken[topic] = new bool[partitions[topic]];
            count += partitions[topic];
        }

        var (share, more) = Math.DivRem(count, members.Count);
        var shares = new List<KeyValuePair<Guid, OwnedPartition>>[members.Count];
        var left = new int[members.Count];
        GiveExtras(members, share, more, left);
        for (var i = 0; i < members.Count; i++)
        {
            shares[i] = new List<KeyValuePair<Guid, OwnedPartition>>(left[i]);
            foreach (var (topic, partition) in members[i].Present.All)
            {
                if (left[i] > 0 && taken.TryGetValue(topic, out var others) && partition.Partition < others.Length && !others[partition.Partition])
                {
                    others[partition.Partition] = true;
                    left[i]--;
                    shares[i].Add(new(topic, new OwnedPartition(partition.Partition)));
                }
            }
        }

        var next = 0;
        foreach (var topic in topics)
        {
            for (var partition = 0; partition < taken[topic].Length; partition++)
            {
                if (taken[topic][partition])
                {
                    continue;
                }

                while (left[next] == 0)
                {
                    next++;
                }

                left[next]--;
                shares[next].Add(new(topic, new OwnedPartition(partition)));
            }
        }

        var assignment = new Dictionary<string, PartitionMap>(members.Count, StringComparer.Ordinal);
        for (var i = 0; i < members.Count; i++)
        {
            assignment[members[i].MemberId] = PartitionMap.Of(shares[i]);
        }

        return assignment;
    }

    // Where it does not come out even, those who have one more already keep it before anybody else gets it.
    private static void GiveExtras(IReadOnlyList<AssignorMember> members, int share, int more, int[] shares)
    {
        for (var i = 0; i < members.Count; i++)
        {
            var keeps = more > 0 && members[i].Present.All.Count(one => members[i].Topics.Contains(one.Key)) > share;
            shares[i] = share + (keeps ? 1 : 0);
            more -= keeps ? 1 : 0;
        }

        for (var i = 0; more > 0; i++)
        {
            if (shares[i] == share)
            {
                shares[i]++;
                more--;
            }
        }
    }
}

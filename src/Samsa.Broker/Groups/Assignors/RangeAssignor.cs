using Samsa.Broker.Groups.Consumers;

namespace Samsa.Broker.Groups.Assignors;

/// <summary>
/// <c>range</c>: each topic for itself is cut into as many consecutive pieces as it has subscribers, the first ones longer by one where it
/// does not come out even. Members with equal subscriptions so get equal numbers of all topics. Stateless.
/// </summary>
internal sealed class RangeAssignor : IPartitionAssignor
{
    /// <inheritdoc/>
    public string Name => "range";

    /// <inheritdoc/>
    public Dictionary<string, PartitionMap> Assign(IReadOnlyList<AssignorMember> members, IReadOnlyDictionary<Guid, int> partitions)
    {
        var ordered = members.ToList();
        ordered.Sort(Compare);
        var subscribers = new Dictionary<Guid, List<int>>();
        for (var i = 0; i < ordered.Count; i++)
        {
            foreach (var topic in ordered[i].Topics)
            {
                if (!subscribers.TryGetValue(topic, out var list))
                {
                    subscribers[topic] = list = [];
                }

                list.Add(i);
            }
        }

        var shares = new List<KeyValuePair<Guid, OwnedPartition>>[ordered.Count];
        for (var i = 0; i < shares.Length; i++)
        {
            shares[i] = [];
        }

        foreach (var (topic, indexes) in subscribers)
        {
            var (least, more) = Math.DivRem(partitions[topic], indexes.Count);
            var next = 0;
            for (var i = 0; i < indexes.Count; i++)
            {
                var end = next + least + (i < more ? 1 : 0);
                for (; next < end; next++)
                {
                    shares[indexes[i]].Add(new(topic, new OwnedPartition(next)));
                }
            }
        }

        var assignment = new Dictionary<string, PartitionMap>(ordered.Count, StringComparer.Ordinal);
        for (var i = 0; i < ordered.Count; i++)
        {
            assignment[ordered[i].MemberId] = PartitionMap.Of(shares[i]);
        }

        return assignment;
    }

    // Static members first, by their instances: so they get the same piece again under another id.
    private static int Compare(AssignorMember one, AssignorMember other) => (one.InstanceId, other.InstanceId) switch
    {
        (null, null) => string.CompareOrdinal(one.MemberId, other.MemberId),
        (null, _) => 1,
        (_, null) => -1,
        var (instance, another) => string.CompareOrdinal(instance, another),
    };
}

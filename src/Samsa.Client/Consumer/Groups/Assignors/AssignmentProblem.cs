using System.Runtime.InteropServices;
using Samsa.Protocol;

namespace Samsa.Client.Consumer.Groups.Assignors;

/// <summary>
/// What is to be shared out, in numbers: members by the order of their ids, topics by the order of their names, partitions by topic and number.
/// So comparing numbers compares names. Topics that nobody subscribes to, or that do not exist, are left out.
/// </summary>
internal sealed class AssignmentProblem
{
    private readonly Dictionary<string, int> _topics;
    private readonly HashSet<int>[] _subscribed;

    public AssignmentProblem(IReadOnlyDictionary<string, AssignableTopic> topics, IReadOnlyList<MemberSubscription> members)
    {
        var byJava = JavaOrder.Of(members, static member => member.MemberId);
        Members = [.. members.OrderBy(static member => member.MemberId, StringComparer.Ordinal)];
        var ranks = new Dictionary<string, int>(Members.Length, StringComparer.Ordinal);
        for (var member = 0; member < Members.Length; member++)
        {
            ranks.Add(Members[member].MemberId, member);
        }

        MembersByJava = [.. byJava.Select(member => ranks[member.MemberId])];

        // As the Java client comes by them: out of one map by member into one by topic.
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var names = new List<string>();
        foreach (var name in byJava.SelectMany(static member => member.Topics))
        {
            if (seen.Add(name))
            {
                names.Add(name);
            }
        }

        var existing = JavaOrder.Of(names, static name => name).FindAll(name => topics.TryGetValue(name, out var topic) && topic.PartitionCount > 0);
        Topics = [.. existing.Order(StringComparer.Ordinal).Select(name => topics[name])];
        _topics = new Dictionary<string, int>(Topics.Length, StringComparer.Ordinal);
        FirstPartition = new int[Topics.Length + 1];
        for (var topic = 0; topic < Topics.Length; topic++)
        {
            _topics.Add(Topics[topic].Name, topic);
            FirstPartition[topic + 1] = FirstPartition[topic] + Topics[topic].PartitionCount;
        }

        TopicsByJava = [.. JavaOrder.Of(existing, static name => name).Select(name => _topics[name])];
        TopicOf = new int[PartitionCount];
        for (var topic = 0; topic < Topics.Length; topic++)
        {
            TopicOf.AsSpan(FirstPartition[topic], Topics[topic].PartitionCount).Fill(topic);
        }

        _subscribed = new HashSet<int>[Members.Length];
        for (var member = 0; member < Members.Length; member++)
        {
            var own = new HashSet<int>();
            foreach (var name in Members[member].Topics)
            {
                if (_topics.TryGetValue(name, out var topic))
                {
                    own.Add(topic);
                }
            }

            // Most groups have one subscription for all.
            _subscribed[member] = member > 0 && own.SetEquals(_subscribed[member - 1]) ? _subscribed[member - 1] : own;
        }
    }

    /// <summary>The members by their ids.</summary>
    public MemberSubscription[] Members { get; }

    /// <summary>The numbers of the members in the order in which the Java client goes through them.</summary>
    public int[] MembersByJava { get; }

    /// <summary>The topics by their names.</summary>
    public AssignableTopic[] Topics { get; }

    /// <summary>The numbers of the topics in the order in which the Java client goes through them.</summary>
    public int[] TopicsByJava { get; }

    /// <summary>The first partition of each topic, and the end of all.</summary>
    public int[] FirstPartition { get; }

    /// <summary>The topic of each partition.</summary>
    public int[] TopicOf { get; }

    /// <summary>How many partitions there are in all topics.</summary>
    public int PartitionCount => FirstPartition[^1];

    /// <summary>The number of the partition within its topic.</summary>
    public int NumberOf(int partition) => partition - FirstPartition[TopicOf[partition]];

    /// <summary>Whether the member subscribes to the topic.</summary>
    public bool IsSubscribed(int member, int topic) => _subscribed[member].Contains(topic);

    /// <summary>The topics of the member that exist.</summary>
    public HashSet<int> TopicsOf(int member) => _subscribed[member];

    /// <summary>Whether all members subscribe to the same topics, those included that do not exist.</summary>
    public bool HasOneSubscription()
    {
        HashSet<string>? first = null;
        foreach (var member in Members)
        {
            if (first is null)
            {
                first = new HashSet<string>(member.Topics, StringComparer.Ordinal);
            }
            else if (!ReferenceEquals(member.Topics, Members[0].Topics) && !first.SetEquals(member.Topics))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The partition, or -1 when it is none of those to be shared out.</summary>
    public int Find(TopicPartition partition) =>
        _topics.TryGetValue(partition.Topic, out var topic) && partition.Partition >= 0 && partition.Partition < Topics[topic].PartitionCount
            ? FirstPartition[topic] + partition.Partition
            : -1;

    /// <summary>A list for each member.</summary>
    public List<int>[] EmptyLists()
    {
        var lists = new List<int>[Members.Length];
        foreach (ref var list in lists.AsSpan())
        {
            list = [];
        }

        return lists;
    }

    /// <summary>The racks of a partition's replicas, each once.</summary>
    public string[] RacksOf(int partition) =>
        Topics[TopicOf[partition]].ReplicaRacks is { } racks && NumberOf(partition) is var number && number < racks.Count
            ? [.. racks[number].Distinct(StringComparer.Ordinal)]
            : [];

    /// <summary>The lists in names again.</summary>
    public Dictionary<string, MemberAssignment> ToAssignments(List<int>[] lists)
    {
        var result = new Dictionary<string, MemberAssignment>(lists.Length, StringComparer.Ordinal);
        for (var member = 0; member < lists.Length; member++)
        {
            var partitions = new TopicPartition[lists[member].Count];
            var next = 0;
            foreach (var partition in CollectionsMarshal.AsSpan(lists[member]))
            {
                partitions[next++] = new TopicPartition(Topics[TopicOf[partition]].Name, NumberOf(partition));
            }

            result.Add(Members[member].MemberId, new MemberAssignment(partitions));
        }

        return result;
    }
}

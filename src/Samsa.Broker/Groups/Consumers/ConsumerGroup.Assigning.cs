using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Samsa.Broker.Groups.Assignors;
using Samsa.Broker.Metadata;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Groups.Consumers;

/// <content>What follows from a member's word: a new epoch, a new target assignment, the member's next step towards it.</content>
internal sealed partial class ConsumerGroup
{
    private const int FirstEpoch = 1;

    // The member before and after its request; null when a member must begin from scratch.
    private ConsumerMember? Update(ConsumerMember member, ConsumerMember updated, PartitionMap? owned, ConsumerDraft draft, GroupStep step)
    {
        if (!updated.IsDescribedAs(member) || !(_members.ContainsKey(updated.MemberId) || draft.Changes.Count > 0))
        {
            draft.Add(new ConsumerChange.Described(updated));
        }

        var namesChanged = !updated.NamesSameTopics(member);
        var regexChanged = (updated.TopicRegex ?? "") != (member.TopicRegex ?? "");
        if (regexChanged && member.HasRegex && SubscribersOf(member.TopicRegex!) == 1)
        {
            draft.Add(new ConsumerChange.RegexGone(member.TopicRegex!));
        }

        // Topics that are not looked up yet mean another epoch later on.
        var regexCounts = regexChanged && (!updated.HasRegex || _regexes.ContainsKey(updated.TopicRegex!));
        AskForTopics(updated, step);
        var groupEpoch = GroupEpoch;
        if (namesChanged || regexCounts || groupEpoch == 0 || _checkedVersion != step.Cluster.Version)
        {
            groupEpoch = Bump(namesChanged || regexCounts, updated, draft, step);
        }

        var (targetEpoch, target) = MakeTarget(groupEpoch, updated, draft, step);
        var changed = namesChanged || regexChanged;
        if (!changed && updated.IsReconciledTo(targetEpoch))
        {
            return updated;
        }

        var goal = new Goal(targetEpoch, target, TopicsOf(updated, step.Cluster), IsTaken, owned, changed);
        var advanced = Reconciliation.Advance(updated, goal);
        if (advanced is not null && !advanced.HasSame(updated))
        {
            draft.Add(new ConsumerChange.Current(advanced));
        }

        return advanced;
    }

    // A new epoch where there is a reason for one: what was asked for, or that the topics are not what they were.
    private int Bump(bool must, ConsumerMember? updated, ConsumerDraft draft, GroupStep step, IReadOnlyCollection<string>? without = null)
    {
        var hash = HashOf(SubscribedTopics(updated, without), step.Cluster);
        _checkedVersion = step.Cluster.Version;
        if (_hasOldMetadata)
        {
            draft.Add(new ConsumerChange.OldMetadataGone());
        }

        if (!must && hash == MetadataHash && GroupEpoch > 0)
        {
            return GroupEpoch;
        }

        // A group begins with epoch 1 for nothing; its first topics are the next one, as in Kafka 4.3.
        var groupEpoch = must || hash != MetadataHash ? Math.Max(GroupEpoch, FirstEpoch) + 1 : FirstEpoch;
        draft.Add(new ConsumerChange.Epoch(groupEpoch, hash));
        _counts.AddConsumerRebalance();
        return groupEpoch;
    }

    // group.consumer.assignment.interval.ms: not more often than that, so that a hundred members that come one after the other do not
    // cost a hundred assignments.
    private (int Epoch, PartitionMap Target) MakeTarget(int groupEpoch, ConsumerMember updated, ConsumerDraft draft, GroupStep step)
    {
        var replaced = updated.InstanceId is { } instance && _idOfInstance.TryGetValue(instance, out var present) && present != updated.MemberId
            ? present
            : null;
        var target = _targets.GetValueOrDefault(updated.MemberId) ?? (replaced is null ? PartitionMap.Empty : TargetOf(replaced));
        var interval = GroupSettings.AssignmentIntervalMs(_options, step.Cluster, GroupId);
        if (groupEpoch <= TargetEpoch || (TargetTimestamp != 0 && interval != 0 && step.Timestamp < TargetTimestamp + interval))
        {
            return (TargetEpoch, target);
        }

        var members = new List<AssignorMember>(_members.Count + 1);
        var isKnown = false;
        foreach (var member in _members.Values)
        {
            if (member.MemberId == updated.MemberId)
            {
                isKnown = true;
                members.Add(new AssignorMember(updated.MemberId, updated.InstanceId, TopicsOf(updated, step.Cluster), target));
            }
            else if (member.MemberId != replaced)
            {
                members.Add(new AssignorMember(member.MemberId, member.InstanceId, TopicsOf(member, step.Cluster), TargetOf(member.MemberId)));
            }
        }

        if (!isKnown)
        {
            members.Add(new AssignorMember(updated.MemberId, updated.InstanceId, TopicsOf(updated, step.Cluster), target));
        }

        var assignment = AssignorOf(PreferredAssignor(updated)).Assign(members, PartitionsOf(members, step.Cluster));
        foreach (var member in members)
        {
            var share = assignment[member.MemberId];
            var known = member.MemberId == updated.MemberId && replaced is not null ? target : _targets.GetValueOrDefault(member.MemberId);
            if (known is null || !share.HasSamePartitions(known))
            {
                draft.Add(new ConsumerChange.Target(member.MemberId, share));
            }
        }

        draft.Add(new ConsumerChange.TargetEpoch(groupEpoch, step.Timestamp));
        return (groupEpoch, assignment[updated.MemberId]);
    }

    private static Dictionary<Guid, int> PartitionsOf(List<AssignorMember> members, MetadataImage cluster)
    {
        var partitions = new Dictionary<Guid, int>();
        foreach (var member in members)
        {
            foreach (var topic in member.Topics)
            {
                partitions.TryAdd(topic, cluster.FindTopic(topic)!.Partitions.Count);
            }
        }

        return partitions;
    }

    // The assignor that most members want; null when nobody wants a particular one.
    private string? PreferredAssignor(ConsumerMember? updated)
    {
        var votes = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var member in _members.Values)
        {
            var current = member.MemberId == updated?.MemberId ? updated : member;
            if (current.ServerAssignor is { } wanted)
            {
                votes[wanted] = votes.GetValueOrDefault(wanted) + 1;
            }
        }

        if (updated?.ServerAssignor is { } own && !_members.ContainsKey(updated.MemberId))
        {
            votes[own] = votes.GetValueOrDefault(own) + 1;
        }

        return votes.Count == 0 ? null : votes.MaxBy(static vote => vote.Value).Key;
    }

    private IPartitionAssignor AssignorOf(string? name) =>
        (name is null ? null : PartitionAssignors.Find(_options, name)) ?? PartitionAssignors.Default(_options);

    private HashSet<Guid> TopicsOf(ConsumerMember member, MetadataImage cluster)
    {
        var topics = new HashSet<Guid>();
        foreach (var name in member.TopicNames)
        {
            if (cluster.FindTopic(name) is { } topic)
            {
                topics.Add(topic.Id);
            }
        }

        foreach (var name in MatchedBy(member))
        {
            if (cluster.FindTopic(name) is { } topic)
            {
                topics.Add(topic.Id);
            }
        }

        return topics;
    }

    private SortedSet<string> SubscribedTopics(ConsumerMember? updated, IReadOnlyCollection<string>? without)
    {
        var topics = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var member in _members.Values)
        {
            if (member.MemberId != updated?.MemberId && without?.Contains(member.MemberId) != true)
            {
                topics.UnionWith(member.TopicNames);
                topics.UnionWith(MatchedBy(member));
            }
        }

        if (updated is not null)
        {
            topics.UnionWith(updated.TopicNames);
            topics.UnionWith(MatchedBy(updated));
        }

        return topics;
    }

    // Only compared with itself. Another broker that takes the group over computes its own, which costs the group one epoch.
    private static long HashOf(SortedSet<string> topics, MetadataImage cluster)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> fixedPart = stackalloc byte[20];
        var any = false;
        foreach (var name in topics)
        {
            if (cluster.FindTopic(name) is { } topic)
            {
                any = true;
                topic.Id.TryWriteBytes(fixedPart);
                BinaryPrimitives.WriteInt32BigEndian(fixedPart[16..], topic.Partitions.Count);
                hash.AppendData(fixedPart);
                hash.AppendData(Encoding.UTF8.GetBytes(name));
            }
        }

        return any ? BinaryPrimitives.ReadInt64BigEndian(hash.GetHashAndReset()) : 0;
    }

    private void KeepAlive(string memberId, GroupStep step)
    {
        if (_members.TryGetValue(memberId, out var member))
        {
            var times = TimesOf(memberId);
            times.Session = step.Now + (member.Classic?.SessionTimeoutMs ?? GroupSettings.SessionTimeoutMs(_options, step.Cluster, GroupId));
            Schedule(times.Session);
        }
    }

    private void Store(ConsumerDraft draft, GroupStep step, GroupTicket? ticket, IMessage? answer, Action<GroupStep>? then)
    {
        if (draft.Changes.Count > 0 || draft.Conversion.Count > 0)
        {
            step.Store(draft.ToRecords(GroupId), new GroupReceipt.Changes(this, this, draft.Changes, ticket, answer, then));
            return;
        }

        then?.Invoke(step);
        if (ticket is not null)
        {
            step.Answer(ticket, answer!);
        }
    }
}

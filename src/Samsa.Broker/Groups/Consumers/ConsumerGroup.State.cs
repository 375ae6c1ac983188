using Samsa.Broker.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using DescribedGroup = Samsa.Protocol.Messages.ConsumerGroupDescribeResponse.DescribedGroup;

namespace Samsa.Broker.Groups.Consumers;

/// <content>The group as it is described and deleted, and what its members mean for its offsets.</content>
internal sealed partial class ConsumerGroup
{
    private const short MemberEpochVersion = 9;
    private const sbyte ClassicMemberType = 0;
    private const sbyte ConsumerMemberType = 1;

    /// <inheritdoc/>
    public override bool KnowsSubscriptions => true;

    /// <inheritdoc/>
    public override bool IsSubscribedTo(string topic)
    {
        foreach (var member in _members.Values)
        {
            if (member.TopicNames.Contains(topic) || MatchedBy(member).Contains(topic))
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public override ErrorCode CheckCommit(GroupEvent.Commit commit, GroupStep step)
    {
        if (commit.GenerationId < 0 && IsEmpty)
        {
            return ErrorCode.None;
        }

        if (!_members.TryGetValue(commit.MemberId, out var member))
        {
            return ErrorCode.UnknownMemberId;
        }

        if (!member.IsClassic && commit.ApiVersion < MemberEpochVersion)
        {
            return ErrorCode.UnsupportedVersion;
        }

        return commit.GenerationId > member.MemberEpoch ? Stale(member) : ErrorCode.None;
    }

    /// <inheritdoc/>
    public override ErrorCode CheckCommit(GroupEvent.Commit commit, TopicPartition partition, GroupStep step)
    {
        // A member that learns of its new epoch with a commit under way may still commit what it has had since before (KIP-1251).
        if (!_members.TryGetValue(commit.MemberId, out var member) || commit.GenerationId == member.MemberEpoch)
        {
            return ErrorCode.None;
        }

        var has = step.Cluster.FindTopic(partition.Topic) is { } topic
            && (member.Assigned.TryGetEpoch(topic.Id, partition.Partition, out var epoch)
                || member.PendingRevocation.TryGetEpoch(topic.Id, partition.Partition, out epoch))
            && commit.GenerationId >= epoch;
        return has ? ErrorCode.None : Stale(member);
    }

    /// <inheritdoc/>
    public override ErrorCode CheckFetch(string? memberId, int memberEpoch)
    {
        if (memberId is null && memberEpoch < 0)
        {
            return ErrorCode.None;
        }

        return !_members.TryGetValue(memberId ?? "", out var member) ? ErrorCode.UnknownMemberId
            : member.MemberEpoch != memberEpoch ? Stale(member)
            : ErrorCode.None;
    }

    /// <inheritdoc/>
    public override List<TopicPartition> ExpiredOffsets(long timestamp, long retentionMs)
    {
        var expired = new List<TopicPartition>();
        foreach (var (partition, offset) in Offsets.All)
        {
            var isOver = offset.ExpireTimestamp >= 0 ? timestamp >= offset.ExpireTimestamp : timestamp - offset.CommitTimestamp >= retentionMs;
            if (isOver && !IsSubscribedTo(partition.Topic) && !Offsets.IsPending(partition))
            {
                expired.Add(partition);
            }
        }

        return expired;
    }

    /// <inheritdoc/>
    public override void AddTombstones(List<GroupRecord> records)
    {
        var draft = new ConsumerDraft();
        foreach (var member in _members.Keys)
        {
            draft.Remove(member);
        }

        draft.Add(new ConsumerChange.TargetEpochGone());
        if (_hasOldMetadata)
        {
            draft.Add(new ConsumerChange.OldMetadataGone());
        }

        foreach (var pattern in _regexes.Keys)
        {
            draft.Add(new ConsumerChange.RegexGone(pattern));
        }

        draft.Add(new ConsumerChange.EpochGone());
        records.AddRange(draft.ToRecords(GroupId));
    }

    /// <summary>The group for ConsumerGroupDescribe.</summary>
    public DescribedGroup Describe(MetadataImage cluster)
    {
        var described = new DescribedGroup
        {
            GroupId = GroupId,
            GroupState = StateName,
            GroupEpoch = GroupEpoch,
            AssignmentEpoch = TargetEpoch,
            AssignorName = PreferredAssignor(null) ?? AssignorOf(null).Name,
        };
        foreach (var member in _members.Values)
        {
            described.Members.Add(new ConsumerGroupDescribeResponse.Member
            {
                MemberId = member.MemberId,
                InstanceId = member.InstanceId,
                RackId = member.RackId,
                MemberEpoch = member.MemberEpoch,
                ClientId = member.ClientId,
                ClientHost = member.ClientHost,
                SubscribedTopicNames = [.. member.TopicNames],
                SubscribedTopicRegex = member.TopicRegex ?? "",
                Assignment = Describe(PartitionMap.Of(member.Assigned.All.Concat(member.PendingRevocation.All)), cluster),
                TargetAssignment = Describe(TargetOf(member.MemberId), cluster),
                MemberType = member.IsClassic ? ClassicMemberType : ConsumerMemberType,
            });
        }

        return described;
    }

    private static ConsumerGroupDescribeResponse.AssignmentData Describe(PartitionMap partitions, MetadataImage cluster)
    {
        var described = new ConsumerGroupDescribeResponse.AssignmentData();
        foreach (var (topic, owned) in partitions.Topics)
        {
            if (cluster.FindTopic(topic) is { } known)
            {
                described.TopicPartitions.Add(new ConsumerGroupDescribeResponse.TopicPartitionsData
                {
                    TopicId = topic,
                    TopicName = known.Name,
                    Partitions = [.. owned.Select(static one => one.Partition)],
                });
            }
        }

        return described;
    }

    private static ErrorCode Stale(ConsumerMember member) => member.IsClassic ? ErrorCode.IllegalGeneration : ErrorCode.StaleMemberEpoch;
}

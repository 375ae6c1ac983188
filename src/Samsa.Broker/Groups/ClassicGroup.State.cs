using Samsa.Broker.Groups.Consumers;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Groups;

/// <content>The group as it is stored, loaded and described, and what its state means for its offsets.</content>
internal sealed partial class ClassicGroup
{
    // What the members read; null when that is not known. Only a consumer's metadata can be read here.
    private HashSet<string>? _subscriptions;

    /// <inheritdoc/>
    public override bool KnowsSubscriptions => ProtocolType == ConsumerProtocolType;

    /// <inheritdoc/>
    public override bool IsNothing => State == ClassicGroupState.Empty && ProtocolType is null && GenerationId == 0 && Offsets.IsEmpty;

    /// <summary>Takes over what the log says about the group. It replaces what was loaded before, offsets excepted.</summary>
    public void Load(GroupMetadataValue value)
    {
        foreach (var member in _members.All.ToArray())
        {
            _members.Remove(member);
        }

        ProtocolType = string.IsNullOrEmpty(value.ProtocolType) ? null : value.ProtocolType;
        GenerationId = value.Generation;
        ProtocolName = value.Protocol;
        LeaderId = value.Leader;
        StateTimestamp = value.CurrentStateTimestamp;
        foreach (var stored in value.Members)
        {
            if (_members.Has(stored.MemberId))
            {
                continue;
            }

            _members.Add(new ClassicMember
            {
                MemberId = stored.MemberId,
                InstanceId = stored.GroupInstanceId,
                ClientId = stored.ClientId,
                ClientHost = stored.ClientHost,
                SessionTimeoutMs = stored.SessionTimeout,
                RebalanceTimeoutMs = stored.RebalanceTimeout >= 0 ? stored.RebalanceTimeout : stored.SessionTimeout,
                Protocols = [new GroupProtocol(value.Protocol ?? "", stored.Subscription.ToArray())],
                Assignment = stored.Assignment.ToArray(),
            });
        }

        State = _members.Count == 0 ? ClassicGroupState.Empty : ClassicGroupState.Stable;
        ReadSubscriptions();
    }

    /// <inheritdoc/>
    public override void OnLoaded(GroupStep step)
    {
        foreach (var member in _members.All)
        {
            KeepAlive(member, step);
        }

        if (_members.Count > _options.MaxSize || (_members.Count > 0 && StateTimestamp < 0))
        {
            PrepareRebalanceIfPossible(step);
        }
    }

    /// <summary>The group for DescribeGroups.</summary>
    public DescribeGroupsResponse.DescribedGroup Describe()
    {
        var isStable = State == ClassicGroupState.Stable;
        var described = new DescribeGroupsResponse.DescribedGroup
        {
            GroupId = GroupId,
            GroupState = StateName,
            ProtocolType = ProtocolTypeName,
            ProtocolData = (isStable ? ProtocolName : null) ?? "",
        };
        foreach (var member in _members.All)
        {
            described.Members.Add(new DescribeGroupsResponse.DescribedGroupMember
            {
                MemberId = member.MemberId,
                GroupInstanceId = member.InstanceId,
                ClientId = member.ClientId,
                ClientHost = member.ClientHost,
                MemberMetadata = isStable ? member.MetadataOf(ProtocolName) : [],
                MemberAssignment = member.Assignment,
            });
        }

        return described;
    }

    /// <inheritdoc/>
    public override ErrorCode CheckCommit(GroupEvent.Commit commit, GroupStep step)
    {
        var (memberId, instanceId, generationId) = (commit.MemberId, commit.InstanceId, commit.GenerationId);
        if (generationId < 0 && State == ClassicGroupState.Empty)
        {
            // Somebody who only keeps offsets here, whatever he calls himself; beside members he would overwrite theirs.
            return ErrorCode.None;
        }

        if (generationId < 0 && memberId.Length == 0 && instanceId is null)
        {
            return ErrorCode.UnknownMemberId;
        }

        var error = CheckMember(memberId, instanceId);
        if (error != ErrorCode.None || !_members.TryGet(memberId, out var member))
        {
            return error;
        }

        if (generationId != GenerationId)
        {
            return ErrorCode.IllegalGeneration;
        }

        KeepAlive(member, step);
        return State == ClassicGroupState.CompletingRebalance ? ErrorCode.RebalanceInProgress : ErrorCode.None;
    }

    /// <inheritdoc/>
    public override bool IsSubscribedTo(string topic) => _subscriptions?.Contains(topic) ?? true;

    /// <inheritdoc/>
    public override List<TopicPartition> ExpiredOffsets(long timestamp, long retentionMs)
    {
        var expired = new List<TopicPartition>();
        var isSimple = ProtocolType is null;
        var isWatched = KnowsSubscriptions && _subscriptions is not null && State == ClassicGroupState.Stable;
        if (!(isSimple || isWatched || State == ClassicGroupState.Empty))
        {
            return expired;
        }

        foreach (var (partition, offset) in Offsets.All)
        {
            // A group without members keeps its offsets for that long after the last one left (KIP-211).
            var since = !isSimple && State == ClassicGroupState.Empty && StateTimestamp >= 0 ? StateTimestamp : offset.CommitTimestamp;
            var isOver = offset.ExpireTimestamp >= 0 ? timestamp >= offset.ExpireTimestamp : timestamp - since >= retentionMs;
            var isRead = isWatched && _subscriptions!.Contains(partition.Topic);
            if (isOver && !isRead && !Offsets.IsPending(partition))
            {
                expired.Add(partition);
            }
        }

        return expired;
    }

    /// <inheritdoc/>
    public override void AddTombstones(List<GroupRecord> records)
    {
        // A group that never had a generation was never written: it only kept offsets.
        if (GenerationId > 0)
        {
            records.Add(GroupRecords.ClassicGroupTombstone(GroupId));
        }
    }

    /// <summary>What is stored; the members' present assignments when none are given.</summary>
    private GroupRecord ToRecord(Dictionary<string, byte[]>? assignments)
    {
        var value = new GroupMetadataValue
        {
            ProtocolType = ProtocolTypeName,
            Generation = GenerationId,
            Protocol = ProtocolName,
            Leader = LeaderId,
            CurrentStateTimestamp = StateTimestamp,
        };
        foreach (var member in _members.All)
        {
            value.Members.Add(new GroupMetadataValue.MemberMetadata
            {
                MemberId = member.MemberId,
                GroupInstanceId = member.InstanceId,
                ClientId = member.ClientId,
                ClientHost = member.ClientHost,
                RebalanceTimeout = member.RebalanceTimeoutMs,
                SessionTimeout = member.SessionTimeoutMs,
                Subscription = member.MetadataOf(ProtocolName),
                Assignment = assignments is null ? member.Assignment : assignments[member.MemberId],
            });
        }

        return GroupRecords.ClassicGroup(GroupId, value);
    }

    private void ReadSubscriptions()
    {
        _subscriptions = null;
        if (!KnowsSubscriptions)
        {
            return;
        }

        var topics = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in _members.All)
        {
            if (ConsumerProtocol.ReadSubscription(member.MetadataOf(ProtocolName)) is not { } subscription)
            {
                return;
            }

            topics.UnionWith(subscription.Topics);
        }

        _subscriptions = topics;
    }
}

using Samsa.Protocol.Messages;

namespace Samsa.Broker.Groups.Consumers;

/// <summary>
/// The records of a consumer group in <c>__consumer_offsets</c>, as Kafka 4.3 writes them (3.9 reads them but for the tagged fields).
/// Stateless.
/// </summary>
internal static class ConsumerRecords
{
    private const short EpochKey = 3;
    private const short OldMetadataKey = 4;
    private const short DescribedKey = 5;
    private const short TargetEpochKey = 6;
    private const short TargetKey = 7;
    private const short CurrentKey = 8;
    private const short RegexKey = 16;
    private const short ValueVersion = 0;

    /// <summary>Whether keys of this type are those of consumer groups.</summary>
    public static bool IsConsumerKey(short type) => type is (>= EpochKey and <= CurrentKey) or RegexKey;

    /// <summary>The record of a change.</summary>
    public static GroupRecord Of(string group, ConsumerChange change) => change switch
    {
        ConsumerChange.Epoch epoch => Record(
            EpochKey, new ConsumerGroupMetadataKey { GroupId = group },
            new ConsumerGroupMetadataValue { Epoch = epoch.GroupEpoch, MetadataHash = epoch.MetadataHash }),
        ConsumerChange.EpochGone => Record(EpochKey, new ConsumerGroupMetadataKey { GroupId = group }, null),
        ConsumerChange.OldMetadataGone => Record(OldMetadataKey, new ConsumerGroupPartitionMetadataKey { GroupId = group }, null),
        ConsumerChange.Described described => Record(
            DescribedKey, new ConsumerGroupMemberMetadataKey { GroupId = group, MemberId = described.Member.MemberId }, Describe(described.Member)),
        ConsumerChange.DescribedGone gone => Record(
            DescribedKey, new ConsumerGroupMemberMetadataKey { GroupId = group, MemberId = gone.MemberId }, null),
        ConsumerChange.TargetEpoch target => Record(
            TargetEpochKey, new ConsumerGroupTargetAssignmentMetadataKey { GroupId = group },
            new ConsumerGroupTargetAssignmentMetadataValue { AssignmentEpoch = target.AssignmentEpoch, AssignmentTimestamp = target.Timestamp }),
        ConsumerChange.TargetEpochGone => Record(TargetEpochKey, new ConsumerGroupTargetAssignmentMetadataKey { GroupId = group }, null),
        ConsumerChange.Target target => Record(
            TargetKey, new ConsumerGroupTargetAssignmentMemberKey { GroupId = group, MemberId = target.MemberId }, Targets(target.Partitions)),
        ConsumerChange.TargetGone gone => Record(
            TargetKey, new ConsumerGroupTargetAssignmentMemberKey { GroupId = group, MemberId = gone.MemberId }, null),
        ConsumerChange.Current current => Record(
            CurrentKey, new ConsumerGroupCurrentMemberAssignmentKey { GroupId = group, MemberId = current.Member.MemberId }, Holdings(current.Member)),
        ConsumerChange.CurrentGone gone => Record(
            CurrentKey, new ConsumerGroupCurrentMemberAssignmentKey { GroupId = group, MemberId = gone.MemberId }, null),
        ConsumerChange.Regex regex => Record(
            RegexKey, new ConsumerGroupRegularExpressionKey { GroupId = group, RegularExpression = regex.Pattern },
            new ConsumerGroupRegularExpressionValue
            {
                Topics = [.. regex.Resolved.Topics.Order(StringComparer.Ordinal)],
                Version = regex.Resolved.Version,
                Timestamp = regex.Resolved.Timestamp,
            }),
        ConsumerChange.RegexGone gone => Record(
            RegexKey, new ConsumerGroupRegularExpressionKey { GroupId = group, RegularExpression = gone.Pattern }, null),
        _ => throw new InvalidOperationException($"{change.GetType().Name} is no record."),
    };

    /// <summary>The change that a record says; the name of its group comes with it.</summary>
    /// <exception cref="Samsa.Protocol.Wire.ProtocolViolationException">The bytes are no such record.</exception>
    /// <exception cref="UnsupportedVersionException">The record is of a version that is not known here.</exception>
    public static ConsumerChange Read(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte>? value, out string group)
    {
        switch (GroupRecords.TypeOf(key.Span))
        {
            case EpochKey:
                group = GroupRecords.ReadKey<ConsumerGroupMetadataKey>(key).GroupId;
                if (value is not { } epochBytes)
                {
                    return new ConsumerChange.EpochGone();
                }

                var epoch = GroupRecords.ReadValue<ConsumerGroupMetadataValue>(epochBytes);
                return new ConsumerChange.Epoch(epoch.Epoch, epoch.MetadataHash);
            case OldMetadataKey:
                group = GroupRecords.ReadKey<ConsumerGroupPartitionMetadataKey>(key).GroupId;
                return value is null ? new ConsumerChange.OldMetadataGone() : new ConsumerChange.OldMetadata();
            case DescribedKey:
                var described = GroupRecords.ReadKey<ConsumerGroupMemberMetadataKey>(key);
                group = described.GroupId;
                return value is { } describedBytes
                    ? new ConsumerChange.Described(ReadDescription(described.MemberId, GroupRecords.ReadValue<ConsumerGroupMemberMetadataValue>(describedBytes)))
                    : new ConsumerChange.DescribedGone(described.MemberId);
            case TargetEpochKey:
                group = GroupRecords.ReadKey<ConsumerGroupTargetAssignmentMetadataKey>(key).GroupId;
                if (value is not { } targetEpochBytes)
                {
                    return new ConsumerChange.TargetEpochGone();
                }

                var target = GroupRecords.ReadValue<ConsumerGroupTargetAssignmentMetadataValue>(targetEpochBytes);
                return new ConsumerChange.TargetEpoch(target.AssignmentEpoch, target.AssignmentTimestamp);
            case TargetKey:
                var targetKey = GroupRecords.ReadKey<ConsumerGroupTargetAssignmentMemberKey>(key);
                group = targetKey.GroupId;
                return value is { } targetBytes
                    ? new ConsumerChange.Target(targetKey.MemberId, ReadTargets(GroupRecords.ReadValue<ConsumerGroupTargetAssignmentMemberValue>(targetBytes)))
                    : new ConsumerChange.TargetGone(targetKey.MemberId);
            case CurrentKey:
                var current = GroupRecords.ReadKey<ConsumerGroupCurrentMemberAssignmentKey>(key);
                group = current.GroupId;
                return value is { } currentBytes
                    ? new ConsumerChange.Current(ReadHoldings(current.MemberId, GroupRecords.ReadValue<ConsumerGroupCurrentMemberAssignmentValue>(currentBytes)))
                    : new ConsumerChange.CurrentGone(current.MemberId);
            default:
                var regex = GroupRecords.ReadKey<ConsumerGroupRegularExpressionKey>(key);
                group = regex.GroupId;
                if (value is not { } regexBytes)
                {
                    return new ConsumerChange.RegexGone(regex.RegularExpression);
                }

                var resolved = GroupRecords.ReadValue<ConsumerGroupRegularExpressionValue>(regexBytes);
                return new ConsumerChange.Regex(
                    regex.RegularExpression, new ResolvedRegex(resolved.Topics.ToHashSet(StringComparer.Ordinal), resolved.Version, resolved.Timestamp));
        }
    }

    private static GroupRecord Record(short type, IMessage key, IMessage? value) =>
        new(GroupRecords.Key(type, key), value is null ? null : GroupRecords.Encode(ValueVersion, value, ValueVersion));

    private static ConsumerGroupMemberMetadataValue Describe(ConsumerMember member)
    {
        var value = new ConsumerGroupMemberMetadataValue
        {
            InstanceId = member.InstanceId,
            RackId = member.RackId,
            ClientId = member.ClientId,
            ClientHost = member.ClientHost,
            SubscribedTopicNames = [.. member.TopicNames],
            SubscribedTopicRegex = member.TopicRegex,
            RebalanceTimeoutMs = member.RebalanceTimeoutMs,
            ServerAssignor = member.ServerAssignor,
        };
        if (member.Classic is { } classic)
        {
            value.ClassicMemberMetadata = new ConsumerGroupMemberMetadataValue.ClassicMemberMetadataData { SessionTimeoutMs = classic.SessionTimeoutMs };
            foreach (var protocol in classic.Protocols)
            {
                value.ClassicMemberMetadata.SupportedProtocols.Add(
                    new ConsumerGroupMemberMetadataValue.ClassicProtocol { Name = protocol.Name, Metadata = protocol.Metadata });
            }
        }

        return value;
    }

    private static ConsumerMember ReadDescription(string memberId, ConsumerGroupMemberMetadataValue value) => new()
    {
        MemberId = memberId,
        InstanceId = value.InstanceId,
        RackId = value.RackId,
        ClientId = value.ClientId,
        ClientHost = value.ClientHost,
        TopicNames = ConsumerMember.Sorted(value.SubscribedTopicNames),
        TopicRegex = value.SubscribedTopicRegex,
        RebalanceTimeoutMs = value.RebalanceTimeoutMs,
        ServerAssignor = value.ServerAssignor,
        Classic = value.ClassicMemberMetadata is { } classic
            ? new ClassicSide(
                classic.SessionTimeoutMs, classic.SupportedProtocols.ConvertAll(one => new GroupProtocol(one.Name, one.Metadata.ToArray())))
            : null,
    };

    private static ConsumerGroupTargetAssignmentMemberValue Targets(PartitionMap partitions)
    {
        var value = new ConsumerGroupTargetAssignmentMemberValue();
        foreach (var (topic, owned) in partitions.Topics)
        {
            value.TopicPartitions.Add(new ConsumerGroupTargetAssignmentMemberValue.TopicPartition
            {
                TopicId = topic,
                Partitions = [.. owned.Select(static one => one.Partition)],
            });
        }

        return value;
    }

    private static PartitionMap ReadTargets(ConsumerGroupTargetAssignmentMemberValue value)
    {
        var partitions = new List<KeyValuePair<Guid, OwnedPartition>>();
        foreach (var topic in value.TopicPartitions)
        {
            foreach (var partition in topic.Partitions)
            {
                partitions.Add(new(topic.TopicId, new OwnedPartition(partition)));
            }
        }

        return PartitionMap.Of(partitions);
    }

    private static ConsumerGroupCurrentMemberAssignmentValue Holdings(ConsumerMember member) => new()
    {
        MemberEpoch = member.MemberEpoch,
        PreviousMemberEpoch = member.PreviousEpoch,
        State = (sbyte)member.State,
        AssignedPartitions = Holdings(member.Assigned),
        PartitionsPendingRevocation = Holdings(member.PendingRevocation),
    };

    private static List<ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions> Holdings(PartitionMap partitions)
    {
        var value = new List<ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions>(partitions.Topics.Count);
        foreach (var (topic, owned) in partitions.Topics)
        {
            value.Add(new ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions
            {
                TopicId = topic,
                Partitions = [.. owned.Select(static one => one.Partition)],
                AssignmentEpochs = [.. owned.Select(static one => one.Epoch)],
            });
        }

        return value;
    }

    private static ConsumerMember ReadHoldings(string memberId, ConsumerGroupCurrentMemberAssignmentValue value) => new()
    {
        MemberId = memberId,
        MemberEpoch = value.MemberEpoch,
        PreviousEpoch = value.PreviousMemberEpoch,
        State = value.State is >= (sbyte)MemberState.Stable and <= (sbyte)MemberState.UnreleasedPartitions ? (MemberState)value.State : MemberState.Unknown,
        Assigned = ReadHoldings(value.AssignedPartitions, value.MemberEpoch),
        PendingRevocation = ReadHoldings(value.PartitionsPendingRevocation, value.MemberEpoch),
    };

    // Before 4.3 nobody stored when a partition was given: then only the present epoch may commit.
    private static PartitionMap ReadHoldings(List<ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions> value, int memberEpoch)
    {
        var partitions = new List<KeyValuePair<Guid, OwnedPartition>>();
        foreach (var topic in value)
        {
            for (var i = 0; i < topic.Partitions.Count; i++)
            {
                var epoch = topic.AssignmentEpochs is { } epochs && i < epochs.Count ? epochs[i] : memberEpoch;
                partitions.Add(new(topic.TopicId, new OwnedPartition(topic.Partitions[i], epoch)));
            }
        }

        return PartitionMap.Of(partitions);
    }
}

namespace Samsa.Broker.Groups.Consumers;

/// <summary>
/// One change of a consumer group, which is one record. A group changes by nothing else: its own changes when they are committed, and
/// those that are read from the log, go the same way (<see cref="ConsumerGroup.Apply"/>).
/// </summary>
internal abstract record ConsumerChange
{
    /// <summary>The group has a new epoch, for topics whose metadata have that hash.</summary>
    internal sealed record Epoch(int GroupEpoch, long MetadataHash) : ConsumerChange;

    /// <summary>The group itself is gone.</summary>
    internal sealed record EpochGone : ConsumerChange;

    /// <summary>The topics' metadata are there in the form of 3.9 and 4.0, which is not needed any more.</summary>
    internal sealed record OldMetadata : ConsumerChange;

    /// <summary>They are gone.</summary>
    internal sealed record OldMetadataGone : ConsumerChange;

    /// <summary>Who a member is, and what it wants.</summary>
    internal sealed record Described(ConsumerMember Member) : ConsumerChange;

    /// <summary>A member is gone.</summary>
    internal sealed record DescribedGone(string MemberId) : ConsumerChange;

    /// <summary>The target assignment is that of this epoch.</summary>
    internal sealed record TargetEpoch(int AssignmentEpoch, long Timestamp) : ConsumerChange;

    /// <summary>There is no target assignment.</summary>
    internal sealed record TargetEpochGone : ConsumerChange;

    /// <summary>What a member shall have.</summary>
    internal sealed record Target(string MemberId, PartitionMap Partitions) : ConsumerChange;

    /// <summary>A member shall have nothing any more.</summary>
    internal sealed record TargetGone(string MemberId) : ConsumerChange;

    /// <summary>What a member has.</summary>
    internal sealed record Current(ConsumerMember Member) : ConsumerChange;

    /// <summary>A member has nothing any more.</summary>
    internal sealed record CurrentGone(string MemberId) : ConsumerChange;

    /// <summary>The topics that a regular expression matches.</summary>
    internal sealed record Regex(string Pattern, ResolvedRegex Resolved) : ConsumerChange;

    /// <summary>Nobody subscribes to a regular expression any more.</summary>
    internal sealed record RegexGone(string Pattern) : ConsumerChange;
}

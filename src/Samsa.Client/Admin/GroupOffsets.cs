using Samsa.Client.Consumer;
using Samsa.Protocol;

namespace Samsa.Client.Admin;

/// <summary>The offsets that a group keeps.</summary>
public sealed record GroupOffsets : AdminResult
{
    /// <summary>The group.</summary>
    public required string GroupId { get; init; }

    /// <summary>The offset of every partition that has one.</summary>
    public IReadOnlyDictionary<TopicPartition, CommittedOffset> Offsets { get; init; } = new Dictionary<TopicPartition, CommittedOffset>();

    /// <summary>The partitions whose offset could not be told, such as one in a transaction that is under way.</summary>
    public IReadOnlyList<GroupPartitionResult> Failures { get; init; } = [];
}

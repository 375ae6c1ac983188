using Samsa.Protocol;

namespace Samsa.Client.Metadata;

/// <summary>What the cluster says of one topic.</summary>
public sealed record TopicMetadata
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The id, <see cref="Guid.Empty"/> when the broker has none for it (before Kafka 2.8).</summary>
    public Guid TopicId { get; init; }

    /// <summary>Whether the cluster made the topic for itself, such as <c>__consumer_offsets</c>.</summary>
    public bool IsInternal { get; init; }

    /// <summary>Why the topic cannot be used, or <see cref="ErrorCode.None"/>.</summary>
    public ErrorCode Error { get; init; }

    /// <summary>The partitions, by number.</summary>
    public required IReadOnlyList<PartitionMetadata> Partitions { get; init; }

    /// <summary>The operations that the caller may do as a bit field, <see cref="int.MinValue"/> when it was not asked for.</summary>
    public int AuthorizedOperations { get; init; } = int.MinValue;

    internal PartitionMetadata? Find(int partition)
    {
        if (partition >= 0 && partition < Partitions.Count && Partitions[partition].Partition == partition)
        {
            return Partitions[partition];
        }

        foreach (var candidate in Partitions)
        {
            if (candidate.Partition == partition)
            {
                return candidate;
            }
        }

        return null;
    }
}

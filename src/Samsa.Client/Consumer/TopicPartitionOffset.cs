using Samsa.Protocol;

namespace Samsa.Client.Consumer;

/// <summary>A place in a partition: the offset of the record that comes next, or <see cref="Beginning"/> or <see cref="End"/>.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Offset">The offset, from 0.</param>
/// <param name="LeaderEpoch">
/// The leader epoch of the record before, where it is known: with it the consumer notices that the log was truncated (KIP-320). -1 otherwise.
/// </param>
public readonly record struct TopicPartitionOffset(TopicPartition Partition, long Offset, int LeaderEpoch = -1)
{
    /// <summary>Stands for the oldest offset there is when the consumer gets to it.</summary>
    public const long Beginning = -2;

    /// <summary>Stands for the end of the log when the consumer gets to it.</summary>
    public const long End = -1;

    /// <summary>A place by topic and number.</summary>
    public TopicPartitionOffset(string topic, int partition, long offset) : this(new TopicPartition(topic, partition), offset)
    {
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Partition}@{Offset}";
}

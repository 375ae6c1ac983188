using Samsa.Client.Consumer;
using Samsa.Protocol;

namespace Samsa.Cli.Tools.ConsumerGroups;

/// <summary>A partition that a group reads or has read.</summary>
/// <param name="Group">The group.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Committed">What the group committed; null for nothing.</param>
/// <param name="End">The end of the partition; null when it is not known.</param>
/// <param name="Consumer">The member that has it, or a dash.</param>
/// <param name="Host">Where that one runs.</param>
/// <param name="Client">Its client id.</param>
internal sealed record OffsetRow(
    string Group, TopicPartition Partition, CommittedOffset? Committed, long? End, string Consumer, string Host, string Client)
{
    /// <summary>How many offsets the group is behind; null when a number is missing.</summary>
    public long? Lag => End - Committed?.Offset;
}

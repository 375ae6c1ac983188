using Samsa.Protocol;

namespace Samsa.Cli.Tools.Top;

/// <summary>One look at a cluster.</summary>
/// <param name="Timestamp">When the offsets were asked for, as the clock of the reader counts.</param>
/// <param name="Partitions">What was seen.</param>
internal sealed record TopSample(long Timestamp, IReadOnlyDictionary<TopicPartition, PartitionSample> Partitions);

namespace Samsa.Cli.Tools.Top;

/// <summary>A partition at one moment.</summary>
/// <param name="TopicId">Tells a topic from one that had its name before; empty where the broker gives none (before Kafka 2.8).</param>
/// <param name="Leader">The broker that leads it, -1 for none.</param>
/// <param name="EndOffset">Where the next record goes, -1 when nobody said.</param>
/// <param name="Size">Its segments at the leader in bytes, -1 when nobody said.</param>
internal readonly record struct PartitionSample(Guid TopicId, int Leader, long EndOffset, long Size);

using Samsa.Protocol;

namespace Samsa.Client.Admin;

/// <summary>A partition in a log directory.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Size">Its segments in bytes.</param>
/// <param name="OffsetLag">How far it is behind the high watermark, or behind the current replica when it is to replace it.</param>
/// <param name="IsFuture">Whether it is being moved here from another directory.</param>
public sealed record LogDirReplica(TopicPartition Partition, long Size, long OffsetLag, bool IsFuture);

namespace Samsa.Client.Producer;

/// <summary>Where a delivered record is.</summary>
/// <param name="Topic">Its topic.</param>
/// <param name="Partition">Its partition.</param>
/// <param name="Offset">
/// Its offset; -1 when no broker said it: with <see cref="Acks.None"/>, or when a retried batch turned out to be stored already, too long ago
/// for the broker to know where.
/// </param>
/// <param name="Timestamp">Its timestamp in ms since the epoch: the producer's, or the broker's where the topic says so.</param>
public readonly record struct RecordMetadata(string Topic, int Partition, long Offset, long Timestamp);

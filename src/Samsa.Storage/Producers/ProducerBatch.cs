namespace Samsa.Storage.Producers;

/// <summary>What the producer state needs to know of one record batch, read from its header.</summary>
/// <param name="ProducerId">Producer id; -1 for a batch without one, which the producer state ignores.</param>
/// <param name="ProducerEpoch">Producer epoch.</param>
/// <param name="BaseSequence">Sequence of the first record, -1 for coordinators' batches.</param>
/// <param name="LastSequence">Sequence of the last record, -1 for coordinators' batches.</param>
/// <param name="FirstOffset">Offset of the first record; need not be assigned yet for a check.</param>
/// <param name="LastOffset">Offset of the last record; need not be assigned yet for a check.</param>
/// <param name="Timestamp">Largest timestamp of the batch, ms.</param>
/// <param name="IsTransactional">The batch belongs to a transaction.</param>
public readonly record struct ProducerBatch(
    long ProducerId,
    short ProducerEpoch,
    int BaseSequence,
    int LastSequence,
    long FirstOffset,
    long LastOffset,
    long Timestamp,
    bool IsTransactional)
{
    /// <summary>Last minus first offset.</summary>
    public int OffsetDelta => (int)(LastOffset - FirstOffset);
}

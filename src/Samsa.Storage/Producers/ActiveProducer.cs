namespace Samsa.Storage.Producers;

/// <summary>One known producer of a partition, as DescribeProducers shows it (KIP-664).</summary>
/// <param name="ProducerId">Producer id.</param>
/// <param name="ProducerEpoch">Its newest epoch.</param>
/// <param name="LastSequence">Sequence of its last record, -1 when only a marker is known.</param>
/// <param name="LastTimestamp">Largest timestamp of its last batch or marker, ms.</param>
/// <param name="CoordinatorEpoch">Epoch of the coordinator that wrote its last marker, -1 when there was none.</param>
/// <param name="CurrentTransactionFirstOffset">First offset of its open transaction, -1 when none is open.</param>
public readonly record struct ActiveProducer(
    long ProducerId,
    short ProducerEpoch,
    int LastSequence,
    long LastTimestamp,
    int CoordinatorEpoch,
    long CurrentTransactionFirstOffset)
{
    /// <summary>Offset of its last record, -1 when only a marker is known.</summary>
    public long LastOffset { get; init; } = -1;
}

namespace Samsa.Storage.Producers;

/// <summary>A commit or abort marker: the control record that ends a transaction in one partition.</summary>
/// <param name="ProducerId">The producer whose transaction ends.</param>
/// <param name="ProducerEpoch">The epoch the marker carries.</param>
/// <param name="CoordinatorEpoch">The epoch of the transaction coordinator that wrote it.</param>
/// <param name="IsAbort">True for abort, false for commit.</param>
/// <param name="Offset">The marker's own offset; need not be assigned yet for a check.</param>
/// <param name="Timestamp">The marker's timestamp, ms.</param>
public readonly record struct TransactionMarker(
    long ProducerId,
    short ProducerEpoch,
    int CoordinatorEpoch,
    bool IsAbort,
    long Offset,
    long Timestamp);

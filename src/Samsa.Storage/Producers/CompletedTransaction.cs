namespace Samsa.Storage.Producers;

/// <summary>A transaction that a marker has just ended. An aborted one belongs into the transaction index of its segment.</summary>
/// <param name="ProducerId">The producer.</param>
/// <param name="FirstOffset">Offset of the transaction's first record.</param>
/// <param name="LastOffset">Offset of the marker.</param>
/// <param name="IsAborted">True when the marker was an abort.</param>
/// <param name="LastStableOffset">The first offset of the transactions that are still open, else the one after the marker.</param>
public readonly record struct CompletedTransaction(
    long ProducerId,
    long FirstOffset,
    long LastOffset,
    bool IsAborted,
    long LastStableOffset);

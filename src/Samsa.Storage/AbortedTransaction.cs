namespace Samsa.Storage;

/// <summary>An aborted transaction, one entry of a segment's <c>.txnindex</c>.</summary>
/// <param name="ProducerId">Whose transaction it was.</param>
/// <param name="FirstOffset">The first offset of the transaction.</param>
/// <param name="LastOffset">The offset of its abort marker.</param>
/// <param name="LastStableOffset">The last stable offset when the marker was appended.</param>
public readonly record struct AbortedTransaction(long ProducerId, long FirstOffset, long LastOffset, long LastStableOffset);

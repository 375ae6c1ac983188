using Samsa.Protocol;

namespace Samsa.Storage;

/// <summary>The answer of an append to a <see cref="PartitionLog"/>.</summary>
/// <param name="Error">None when the records are in the log (now, or already: <paramref name="IsDuplicate"/>).</param>
/// <param name="ErrorMessage">What was wrong and what would be right; null without an error.</param>
/// <param name="FirstOffset">The offset of the first record, -1 on an error.</param>
/// <param name="LastOffset">The offset of the last record, -1 on an error.</param>
/// <param name="LogAppendTime">The time the records were stamped with, ms; -1 when the producer's times were kept.</param>
/// <param name="LogStartOffset">The log start offset.</param>
/// <param name="IsDuplicate">An idempotent producer sent the batch before: nothing was appended, the offsets are the old ones.</param>
public readonly record struct LogAppendResult(
    ErrorCode Error,
    string? ErrorMessage,
    long FirstOffset,
    long LastOffset,
    long LogAppendTime,
    long LogStartOffset,
    bool IsDuplicate);

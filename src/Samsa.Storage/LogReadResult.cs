using Samsa.Protocol;
using Samsa.Storage.Files;

namespace Samsa.Storage;

/// <summary>The answer of <see cref="PartitionLog.Read"/>. The offsets are those of the moment of the read.</summary>
/// <param name="Error">None, or why nothing was read.</param>
/// <param name="Region">The records; null when there are none. The receiver disposes it when they are sent.</param>
/// <param name="HighWatermark">The high watermark.</param>
/// <param name="LastStableOffset">The last stable offset.</param>
/// <param name="LogStartOffset">The log start offset.</param>
/// <param name="LogEndOffset">The log end offset.</param>
/// <param name="FirstBatchIncomplete">The limit cut the very first batch: a consumer cannot make progress with it.</param>
public readonly record struct LogReadResult(
    ErrorCode Error,
    FileRegion? Region,
    long HighWatermark,
    long LastStableOffset,
    long LogStartOffset,
    long LogEndOffset,
    bool FirstBatchIncomplete);

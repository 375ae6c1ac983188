using Microsoft.Extensions.Logging;
using Samsa.Protocol;

namespace Samsa.Storage.Compaction;

/// <summary>What the cleaner reports. The numbers 2100 to 2199 are its.</summary>
internal static partial class CleanerLog
{
    [LoggerMessage(2100, LogLevel.Information,
        "Compacted {Partition} up to offset {Offset} in {Seconds:F1} s: of {RecordsBefore} records ({BytesBefore} bytes) {RecordsAfter} ({BytesAfter} bytes) stay; the key map was filled to {Percent:F1} %.")]
    internal static partial void Compacted(
        ILogger logger, TopicPartition partition, long offset, double seconds, long recordsBefore, long bytesBefore,
        long recordsAfter, long bytesAfter, double percent);

    [LoggerMessage(2101, LogLevel.Information, "The compaction of {Partition} was broken off; it begins anew later.")]
    internal static partial void BrokenOff(ILogger logger, TopicPartition partition);

    [LoggerMessage(2102, LogLevel.Error, "{Partition} is not compacted any more until the next start: {Reason}")]
    internal static partial void Uncleanable(ILogger logger, TopicPartition partition, string reason, Exception cause);

    [LoggerMessage(2103, LogLevel.Warning, "{Partition} dropped {Count} records that have no key: a compacted topic cannot keep them.")]
    internal static partial void Keyless(ILogger logger, TopicPartition partition, long count);

    [LoggerMessage(2104, LogLevel.Warning,
        "The compaction of {Partition} begins at offset {Offset} again: its checkpoint {Checkpoint} is outside of the log.")]
    internal static partial void CheckpointReset(ILogger logger, TopicPartition partition, long offset, long checkpoint);

    [LoggerMessage(2105, LogLevel.Critical, "A thread of the log cleaner ended: {Reason}")]
    internal static partial void ThreadDied(ILogger logger, string reason, Exception cause);
}

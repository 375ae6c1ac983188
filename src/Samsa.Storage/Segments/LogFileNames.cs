using System.Globalization;
using Samsa.Protocol;

namespace Samsa.Storage.Segments;

/// <summary>The names of files and directories of a partition, exactly as Apache Kafka writes them.</summary>
internal static class LogFileNames
{
    internal const string LogSuffix = ".log";
    internal const string IndexSuffix = ".index";
    internal const string TimeIndexSuffix = ".timeindex";
    internal const string TransactionIndexSuffix = ".txnindex";
    internal const string SnapshotSuffix = ".snapshot";

    /// <summary>A file that a segment or the whole log no longer needs and that is removed later.</summary>
    internal const string DeletedSuffix = ".deleted";

    /// <summary>The unfinished result of a compaction.</summary>
    internal const string CleanedSuffix = ".cleaned";

    /// <summary>The finished result of a compaction that is about to take the place of its sources.</summary>
    internal const string SwapSuffix = ".swap";

    /// <summary>The files that make up a segment; the records come last, so that they are the last to go.</summary>
    internal static readonly IReadOnlyList<string> SegmentSuffixes =
        [IndexSuffix, TimeIndexSuffix, TransactionIndexSuffix, LogSuffix];

    private const string DeletedDirectorySuffix = "-delete";
    private const int LongestDirectoryName = 255;
    private const int OffsetDigits = 20;

    internal static string Path(string directory, long baseOffset, string suffix) =>
        System.IO.Path.Join(directory, baseOffset.ToString("D20", CultureInfo.InvariantCulture) + suffix);

    /// <summary>Reads the base offset of <c>[20 digits][suffix]</c>; the suffix must match exactly.</summary>
    internal static bool TryParse(string path, string suffix, out long baseOffset)
    {
        var name = System.IO.Path.GetFileName(path.AsSpan());
        baseOffset = -1;
        return name.Length == OffsetDigits + suffix.Length
            && name.EndsWith(suffix, StringComparison.Ordinal)
            && long.TryParse(name[..OffsetDigits], NumberStyles.None, CultureInfo.InvariantCulture, out baseOffset);
    }

    /// <summary>
    /// The name of a partition directory that waits for removal, <c>topic-partition.[32 hex digits]-delete</c>. A long topic
    /// name is cut so that the name stays within the 255 bytes that file systems allow.
    /// </summary>
    internal static string DeletedDirectory(TopicPartition partition, Guid unique)
    {
        var end = string.Create(
            CultureInfo.InvariantCulture, $"-{partition.Partition}.{unique:N}{DeletedDirectorySuffix}");
        var topic = partition.Topic.AsSpan(0, Math.Min(partition.Topic.Length, LongestDirectoryName - end.Length));
        return string.Concat(topic, end);
    }
}

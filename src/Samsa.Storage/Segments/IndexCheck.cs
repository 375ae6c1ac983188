using Samsa.Storage.Files;

namespace Samsa.Storage.Segments;

/// <summary>Checks cheaply whether the indexes of a segment can be trusted: sizes, and the last entries against the records.</summary>
internal static class IndexCheck
{
    /// <summary>Says what is wrong, null when nothing is. <paramref name="nextBaseOffset"/> is that of the following segment.</summary>
    internal static string? Check(IStorageFileSystem fileSystem, LogSegment segment, long nextBaseOffset)
    {
        var offsets = segment.OffsetIndex;
        if (CheckFile(fileSystem, segment, offsets.File.Path, OffsetIndex.EntryBytes) is { } offsetFault)
        {
            return offsetFault;
        }

        if (offsets.TryReadLast(out var lastOffset, out var position)
            && (lastOffset < segment.BaseOffset || lastOffset >= nextBaseOffset || position >= segment.Size))
        {
            return $"{offsets.File.Path} ends with offset {lastOffset} at position {position}, which the segment does not have";
        }

        var times = segment.TimeIndex;
        if (CheckFile(fileSystem, segment, times.File.Path, TimeIndex.EntryBytes) is { } timeFault)
        {
            return timeFault;
        }

        if (times.File.Count > 0
            && (times.Last.Offset < segment.BaseOffset
                || times.Last.Offset >= nextBaseOffset
                || (times.File.Count > 1 && times.TryRead(0, out var first) && times.Last.Timestamp < first.Timestamp)
                || segment.Size == 0))
        {
            return $"{times.File.Path} ends with offset {times.Last.Offset} and time {times.Last.Timestamp}, which the segment does not have";
        }

        if (times.File.Count == 0 && segment.Size > 0 && segment.FirstTimestamp() >= 0)
        {
            // A sealed segment ends with an entry for its newest record: this one was being rebuilt when the power went.
            return $"{times.File.Path} is empty";
        }

        var aborted = fileSystem.FileLength(segment.Transactions.Path);
        return aborted > 0 && aborted % TransactionIndex.EntryBytes != 0
            ? $"{segment.Transactions.Path} has {aborted} bytes, no multiple of {TransactionIndex.EntryBytes}"
            : null;
    }

    private static string? CheckFile(IStorageFileSystem fileSystem, LogSegment segment, string path, int entryBytes)
    {
        var length = fileSystem.FileLength(path);
        return length < 0 ? (segment.Size == 0 ? null : $"{path} is missing")
            : length % entryBytes != 0 ? $"{path} has {length} bytes, no multiple of {entryBytes}"
            : null;
    }
}

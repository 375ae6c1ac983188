using Samsa.Protocol.Records;
using Samsa.Storage;
using Samsa.Storage.Inspection;

namespace Samsa.Cli.Tools.DumpLog;

/// <summary>Prints <c>.index</c> and <c>.timeindex</c> files and compares them with the segment beside them.</summary>
internal sealed class IndexDump(DumpSettings settings, ToolConsole console, DumpProblems problems) : IDisposable
{
    /// <summary>8 KB of entries, which Kafka expects in the page cache.</summary>
    private const int HotEntries = 8192 / StoredFiles.OffsetIndexEntryBytes;

    private readonly RecordReader _reader = new(int.MaxValue);

    public void Dispose() => _reader.Dispose();

    /// <exception cref="ToolException">A file is missing, or damaged in a way that hides what comes after.</exception>
    public void DumpOffsets(string path)
    {
        long baseOffset = FilePath.BaseOffset(path);
        using var log = LogFile.Open(FilePath.Sibling(path, ".log"));
        byte[] bytes = FilePath.ReadAll(path);
        var entries = StoredFiles.OffsetIndexEntries(bytes, baseOffset);
        if (entries.Count == 0)
        {
            console.Output.WriteLine($"{path} is empty.");
            return;
        }

        if (settings.IndexSanityOnly)
        {
            CheckSize(path, bytes, StoredFiles.OffsetIndexEntryBytes);
            if (entries[^1].Offset < baseOffset)
                throw new ToolException($"{path} is damaged: its last offset {entries[^1].Offset} is below {baseOffset}, with which it starts");
            Passed(path);
            return;
        }

        long end = log.Length;
        for (int i = 0; i < entries.Count; i++)
        {
            var (offset, position) = entries[i];
            // A running broker keeps the file longer than its entries, filled up with zeros.
            if (offset == baseOffset && i > 0)
                return;
            CheckPosition(path, offset, position, log);
            long sliceEnd = Math.Min(end, (long)position + settings.MaxMessageSize());
            if (!log.MoveTo(position, sliceEnd))
                throw new ToolException($"{path}: offset {offset} leads to position {position}, where {log.Path} has no whole batch");
            if (log.LastOffset != offset)
                problems.AddIndexMismatch(FilePath.Absolute(path), offset, log.LastOffset);
            if (!settings.VerifyIndexOnly)
                console.Output.WriteLine($"offset: {offset} position: {position}");
        }
    }

    /// <exception cref="ToolException">A file is missing, or damaged in a way that hides what comes after.</exception>
    public void DumpTimes(string path)
    {
        long baseOffset = FilePath.BaseOffset(path);
        using var log = LogFile.Open(FilePath.Sibling(path, ".log"));
        string indexPath = FilePath.Sibling(path, ".index");
        var offsets = StoredFiles.OffsetIndexEntries(FilePath.ReadAll(indexPath), baseOffset);
        byte[] bytes = FilePath.ReadAll(path);
        var entries = StoredFiles.TimeIndexEntries(bytes, baseOffset);
        if (settings.IndexSanityOnly)
        {
            CheckTimes(path, bytes, entries, baseOffset);
            return;
        }

        long previous = RecordBatch.NoTimestamp;
        for (int i = 0; i < entries.Count; i++)
        {
            var entry = entries[i];
            if (entry.Offset == baseOffset && i > 0)
                return;
            Compare(path, entry, previous, log, PositionOf(offsets, entry.Offset));
            if (!settings.VerifyIndexOnly)
                console.Output.WriteLine($"timestamp: {entry.Timestamp} offset: {entry.Offset}");
            previous = entry.Timestamp;
        }
    }

    private void CheckTimes(string path, byte[] bytes, IReadOnlyList<TimestampOffset> entries, long baseOffset)
    {
        if (entries.Count > 0 && entries[^1].Timestamp < entries[0].Timestamp)
            throw new ToolException($"{path} is damaged: its last time {entries[^1].Timestamp} is before its first, {entries[0].Timestamp}");
        if (entries.Count > 0 && entries[^1].Offset < baseOffset)
            throw new ToolException($"{path} is damaged: its last offset {entries[^1].Offset} is below {baseOffset}, with which it starts");
        CheckSize(path, bytes, StoredFiles.TimeIndexEntryBytes);
        Passed(path);
    }

    private void Compare(string path, TimestampOffset entry, long previous, LogFile log, int position)
    {
        CheckPosition(path, entry.Offset, position, log);
        long at = position;
        while (true)
        {
            if (!log.MoveTo(at, log.Length))
            {
                problems.AddOffsetNotFound(FilePath.Absolute(path), entry.Offset, -1);
                return;
            }

            if (log.LastOffset >= entry.Offset)
                break;
            at += log.Size;
        }

        if (log.LastOffset != entry.Offset)
        {
            problems.AddOffsetNotFound(FilePath.Absolute(path), entry.Offset, log.LastOffset);
            return;
        }

        long newest = NewestTimestamp(log);
        if (newest != entry.Timestamp)
            problems.AddTimestampMismatch(FilePath.Absolute(path), entry.Timestamp, newest);
        if (previous >= entry.Timestamp)
            problems.AddTimestampOutOfOrder(FilePath.Absolute(path), entry.Timestamp, previous);
    }

    private long NewestTimestamp(LogFile log)
    {
        var records = log.IsLegacy ? _reader.Read(log.Batch) : _reader.ReadDamaged(log.Batch);
        long newest = RecordBatch.NoTimestamp;
        while (records.MoveNext())
            newest = Math.Max(newest, records.Current.Timestamp);
        return records.Fault == RecordFault.None
            ? newest
            : throw new ToolException($"{log.Path}: the batch at position {log.Position} cannot be read to its end. {records.Fault.Describe()}");
    }

    /// <summary>
    /// Where a search for an offset starts: at the last entry that does not lie behind it. Halves as Kafka does, the newest
    /// entries first, so that an index that is out of order leads to the same place.
    /// </summary>
    private static int PositionOf(IReadOnlyList<(long Offset, int Position)> entries, long offset)
    {
        if (entries.Count == 0)
            return 0;
        int firstHot = Math.Max(0, entries.Count - 1 - HotEntries);
        if (entries[firstHot].Offset < offset)
            return entries[Halve(entries, offset, firstHot, entries.Count - 1)].Position;
        return entries[0].Offset > offset ? 0 : entries[Halve(entries, offset, 0, firstHot)].Position;
    }

    private static int Halve(IReadOnlyList<(long Offset, int Position)> entries, long offset, int low, int high)
    {
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (entries[middle].Offset == offset)
                return middle;
            if (entries[middle].Offset < offset)
                low = middle;
            else
                high = middle - 1;
        }

        return low;
    }

    private static void CheckPosition(string path, long offset, int position, LogFile log)
    {
        if (position < 0 || position > log.Length)
            throw new ToolException($"{path}: offset {offset} leads to position {position}; {log.Path} has {log.Length} bytes");
    }

    private static void CheckSize(string path, byte[] bytes, int entryBytes)
    {
        if (bytes.Length % entryBytes != 0)
            throw new ToolException($"{path} is damaged: it has {bytes.Length} bytes, which is no multiple of {entryBytes}");
    }

    private void Passed(string path) => console.Output.WriteLine($"{path} passed sanity check.");
}

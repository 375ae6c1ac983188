using System.Buffers.Binary;
using System.Globalization;
using Samsa.Protocol.Records;
using Xunit;

namespace Samsa.UnitTests.Storage.Crashes;

/// <summary>Reads the files that a clean stop left and compares every index entry with the records.</summary>
internal static class IndexAudit
{
    private const int OffsetEntryBytes = 8;
    private const int TimeEntryBytes = 12;

    public static void Run(SortedDictionary<string, byte[]> files)
    {
        foreach (var (path, records) in files)
        {
            var stem = path[..^Path.GetExtension(path).Length];
            if (Path.GetExtension(path) == ".log"
                && long.TryParse(Path.GetFileName(stem), NumberStyles.None, CultureInfo.InvariantCulture, out var baseOffset))
            {
                CheckSegment(stem, baseOffset, records, files);
            }
        }
    }

    private static void CheckSegment(string stem, long baseOffset, byte[] records, SortedDictionary<string, byte[]> files)
    {
        var batches = new List<(int Position, long Last, long Timestamp)>();
        var position = 0;
        foreach (var batch in new RecordBatchEnumerator(records))
        {
            // A batch without records, which compaction leaves, has no time.
            batches.Add((position, batch.Header.LastOffset, batch.Header.RecordCount == 0 ? -1 : batch.Header.MaxTimestamp));
            position += batch.Bytes.Length;
        }

        Assert.True(position == records.Length, $"{stem}.log has {records.Length - position} bytes after its last batch.");
        var offsets = files[stem + ".index"].AsSpan();
        Assert.Equal(0, offsets.Length % OffsetEntryBytes);
        for (; !offsets.IsEmpty; offsets = offsets[OffsetEntryBytes..])
        {
            var entry = (Position: BinaryPrimitives.ReadInt32BigEndian(offsets[4..]), Last: baseOffset + BinaryPrimitives.ReadInt32BigEndian(offsets));
            Assert.True(
                batches.Exists(batch => (batch.Position, batch.Last) == entry), $"{stem}.index has {entry}, where no batch is.");
        }

        var times = files[stem + ".timeindex"].AsSpan();
        Assert.Equal(0, times.Length % TimeEntryBytes);
        var newest = -1L;
        for (; !times.IsEmpty; times = times[TimeEntryBytes..])
        {
            var last = baseOffset + BinaryPrimitives.ReadInt32BigEndian(times[8..]);
            newest = BinaryPrimitives.ReadInt64BigEndian(times);
            var largest = batches.Where(batch => batch.Last <= last).Max(static batch => batch.Timestamp);
            Assert.True(largest == newest, $"{stem}.timeindex says {newest} up to offset {last}; the records say {largest}.");
        }

        Assert.True(
            batches.Count == 0 || batches.Max(static batch => batch.Timestamp) == newest, $"{stem}.timeindex ends with {newest}.");
    }
}

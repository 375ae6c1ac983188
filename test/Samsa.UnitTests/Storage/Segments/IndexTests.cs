using Samsa.Storage;
using Samsa.Storage.Segments;
using Samsa.UnitTests.Storage.Files;
using Xunit;

namespace Samsa.UnitTests.Storage.Segments;

public sealed class IndexTests
{
    private const long Base = 5_000_000_000;

    private readonly MemoryFileSystem _files = new();
    private readonly SegmentLocation _location = new("/p", Base);

    public IndexTests() => _files.CreateDirectory("/p");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(5000)]
    public void The_offset_index_finds_the_floor_in_memory_and_on_disk(int count)
    {
        var index = new OffsetIndex(_files, _location, 1 << 20, 0);
        for (var i = 0; i < count; i++)
        {
            index.Append(Base + (i * 10) + 5, (i + 1) * 100);
        }

        Check(index, count);
        index.File.Seal();
        Check(index, count);
        Assert.Equal(count * OffsetIndex.EntryBytes, _files.FileLength(index.File.Path));

        var loaded = new OffsetIndex(_files, _location, 1 << 20, count);
        Check(loaded, count);
        Assert.Equal(0, _files.OpenHandles);
    }

    [Fact]
    public void The_offset_index_writes_relative_offsets_and_positions()
    {
        var index = new OffsetIndex(_files, _location, 16, 0);
        index.Append(Base + 1, 70);
        Assert.False(index.IsFull);
        index.Append(Base + 258, 0x7fff_fff0);
        Assert.True(index.IsFull);
        index.File.Persist();
        Assert.Equal("0000000100000046000001027FFFFFF0", Convert.ToHexString(_files.ReadAllBytes(index.File.Path)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(300)]
    [InlineData(700)]
    [InlineData(1300)]
    [InlineData(1500)]
    public void A_truncated_offset_index_goes_on_from_there(int keep)
    {
        var index = new OffsetIndex(_files, _location, 1 << 20, 0);
        for (var i = 0; i < 1300; i++)
        {
            index.Append(Base + (i * 10) + 5, (i + 1) * 100);
            if (i == 1200)
            {
                index.File.Persist();
            }
        }

        index.TruncateTo(Base + (keep * 10) + 5);
        keep = Math.Min(keep, 1300);
        Check(index, keep);
        for (var i = keep; i < keep + 600; i++)
        {
            index.Append(Base + (i * 10) + 5, (i + 1) * 100);
        }

        index.File.Seal();
        Check(index, keep + 600);
        Check(new OffsetIndex(_files, _location, 1 << 20, keep + 600), keep + 600);
    }

    [Fact]
    public void The_time_index_takes_only_later_times()
    {
        var index = new TimeIndex(_files, _location, 36, 0);
        Assert.Equal(new TimestampOffset(-1, Base), index.Last);
        index.MaybeAppend(1000, Base + 4);
        index.MaybeAppend(1000, Base + 6);
        index.MaybeAppend(999, Base + 7);
        Assert.False(index.IsFull);
        index.MaybeAppend(2000, Base + 9);
        Assert.True(index.IsFull);
        Assert.Equal(2, index.File.Count);
        Assert.Equal(new TimestampOffset(2000, Base + 9), index.Last);
        Assert.Equal(new TimestampOffset(-1, Base), index.Floor(999));
        Assert.Equal(new TimestampOffset(1000, Base + 4), index.Floor(1999));
        Assert.Equal(new TimestampOffset(2000, Base + 9), index.Floor(long.MaxValue));
        index.File.Seal();
        Assert.Equal("00000000000003E80000000400000000000007D000000009", Convert.ToHexString(_files.ReadAllBytes(index.File.Path)));
        Assert.Equal(new TimestampOffset(2000, Base + 9), new TimeIndex(_files, _location, 36, 2).Last);

        index.TruncateTo(Base + 9);
        Assert.Equal(new TimestampOffset(1000, Base + 4), index.Last);
        Assert.Equal(12, _files.FileLength(index.File.Path));
    }

    [Fact]
    public void The_transaction_index_finds_what_overlaps()
    {
        var index = new TransactionIndex(_files, _location);
        Assert.Equal(0, index.Count);
        Assert.False(_files.FileExists(index.Path));
        AbortedTransaction[] all = [new(1, 10, 20, 5), new(2, 5, 30, 15), new(3, 40, 50, 40)];
        foreach (var aborted in all)
        {
            index.Append(aborted);
        }

        foreach (var read in (TransactionIndex[])[index, new(_files, _location)])
        {
            Assert.Equal(all, Collect(read, 0, 1000));
            Assert.Equal([all[1], all[2]], Collect(read, 21, 1000));
            Assert.Equal([all[1]], Collect(read, 21, 40));
            Assert.Equal([all[0], all[1]], Collect(read, 0, 11));
            Assert.Empty(Collect(read, 51, 1000));
            List<AbortedTransaction>? found = null;
            Assert.True(read.Collect(0, 15, ref found));
            Assert.False(read.Collect(0, 1000, ref found));
        }

        index.TruncateTo(30);
        Assert.Equal([all[0]], Collect(new TransactionIndex(_files, _location), 0, 1000));
        Assert.Equal(TransactionIndex.EntryBytes, _files.FileLength(index.Path));
    }

    [Fact]
    public void A_deleted_directory_keeps_a_legal_name()
    {
        var name = LogFileNames.DeletedDirectory(new(new string('t', 249), 12345), Guid.Empty);
        Assert.Equal(255, name.Length);
        Assert.EndsWith("t-12345.00000000000000000000000000000000-delete", name, StringComparison.Ordinal);
        Assert.Equal(
            "a-0.00000000000000000000000000000000-delete", LogFileNames.DeletedDirectory(new("a", 0), Guid.Empty));
    }

    private static List<AbortedTransaction> Collect(TransactionIndex index, long from, long to)
    {
        List<AbortedTransaction>? found = null;
        index.Collect(from, to, ref found);
        return found ?? [];
    }

    // Entry i: offset Base + 10 i + 5 at position 100 (i + 1).
    private static void Check(OffsetIndex index, int count)
    {
        Assert.Equal(count, index.File.Count);
        Assert.Equal(0, index.FloorPosition(Base + 4));
        for (var i = 0; i < count; i += 7)
        {
            Assert.Equal((i + 1) * 100, index.FloorPosition(Base + (i * 10) + 5));
            Assert.Equal((i + 1) * 100, index.FloorPosition(Base + (i * 10) + 14));
        }

        Assert.Equal(count * 100, index.FloorPosition(Base + 1_000_000_000));
    }
}

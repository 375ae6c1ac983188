using Samsa.Protocol.Records;
using Samsa.Storage;
using Samsa.UnitTests.Storage.Log;
using Xunit;

namespace Samsa.UnitTests.Storage.Compaction;

/// <summary>Messages of magic 0 and 1, as a directory of an old Apache Kafka has them.</summary>
public sealed class LegacyCompactionTests
{
    public static TheoryData<sbyte, CompressionType> Formats => new()
    {
        { 0, CompressionType.None }, { 0, CompressionType.Gzip }, { 0, CompressionType.Snappy }, { 0, CompressionType.Lz4 },
        { 1, CompressionType.None }, { 1, CompressionType.Gzip }, { 1, CompressionType.Snappy }, { 1, CompressionType.Lz4 },
    };

    [Theory]
    [MemberData(nameof(Formats))]
    public void Messages_keep_format_offsets_and_codec(sbyte magic, CompressionType codec)
    {
        using var test = new CompactionHarness();
        Append(test, magic, codec, 0, ("a", "1"), ("b", "1"), ("c", "1"), ("d", "1"));
        Append(test, magic, codec, 4, ("b", "2"), ("d", "2"));
        test.Put(("e", "1"));
        test.Clean();
        Assert.Equal([(0, "a", "1"), (2, "c", "1"), (4, "b", "2"), (5, "d", "2"), (6, "e", "1")], test.ReadAll());
        Assert.All(test.ReadBatches().SkipLast(1), batch => Assert.Equal((magic, codec), (batch.Magic, batch.Compression)));
        Assert.Equal(codec == CompressionType.None ? 5 : 3, test.ReadBatches().Count);

        // What was left can be read again, and opens after a crash.
        test.Put(("a", "2"));
        test.Clean();
        test.Log.Dispose();
        test.Harness.Open(clean: false);
        Assert.Equal([(2, "c", "1"), (4, "b", "2"), (5, "d", "2"), (6, "e", "1"), (7, "a", "2")], test.ReadAll());
    }

    [Fact]
    public void A_tombstone_goes_by_the_age_of_its_segment()
    {
        using var test = new CompactionHarness(CompactionHarness.Compacted with { DeleteRetentionMs = 10_000 });
        Append(test, 1, CompressionType.None, 0, ("a", null));
        test.Log.Roll();
        Append(test, 1, CompressionType.None, 1, ("b", null));
        test.Log.Roll();
        Append(test, 1, CompressionType.None, 2, ("c", "1"));
        test.Log.Roll();
        SetTime(test, 0, 100);
        SetTime(test, 1, 111);
        SetTime(test, 2, 120);
        test.Log.UpdateConfig(test.Harness.Config with { SegmentBytes = 10 });
        test.Clean();

        // No segment was clean before, so nothing is old enough.
        Assert.Equal(3, test.ReadAll().Count);
        test.Log.UpdateConfig(test.Harness.Config);
        test.Put(("d", "1"));
        test.Clean();
        Assert.Equal([(1, "b", null), (2, "c", "1"), (3, "d", "1")], test.ReadAll());
    }

    [Fact]
    public void A_log_whose_segments_end_before_the_next_begins_opens_after_a_crash()
    {
        using var test = new CompactionHarness(CompactionHarness.Compacted with { SegmentBytes = 100 });
        Append(test, 1, CompressionType.None, 0, ("a", "1"));
        Append(test, 1, CompressionType.None, 1, ("b", "1"));
        test.Log.Roll();
        Append(test, 1, CompressionType.None, 2, ("b", "2"));
        test.Clean();
        Assert.Equal([(0, "a", "1"), (2, "b", "2")], test.ReadAll());
        test.Log.Dispose();

        // The topic's configuration is not known while logs are opened; the checkpoint of the cleaner tells.
        test.Harness.Config = LogConfig.Default;
        test.Harness.CompactedTo = test.Checkpoint!.Value;
        test.Harness.Open(clean: false);
        Assert.Equal([(0, "a", "1"), (2, "b", "2")], test.ReadAll());
    }

    private static void SetTime(CompactionHarness test, int segment, int seconds) =>
        test.Harness.Files.SetLastWriteTime(test.Log.Segments[segment].File.Path, DateTimeOffset.FromUnixTimeSeconds(seconds));

    private static void Append(
        CompactionHarness test, sbyte magic, CompressionType codec, long offset, params (string Key, string? Value)[] records)
    {
        using var builder = new LegacyMessageSetBuilder(new LegacyMessageSetOptions(magic, codec));
        foreach (var (key, value) in records)
        {
            builder.Append(offset++, LogHarness.StartTime, CompactionHarness.Bytes(key), CompactionHarness.Bytes(value));
        }

        test.Append(builder.Build().ToArray(), AppendOrigin.Replication);
    }
}

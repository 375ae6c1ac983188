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

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_segment_that_loses_its_last_messages_ends_where_the_next_begins(sbyte magic, CompressionType codec)
    {
        using var test = new CompactionHarness();
        Append(test, magic, codec, 0, ("a", "1"), ("b", "1"));
        test.Log.Roll();
        Append(test, magic, codec, 2, ("b", "2"));
        test.Log.Roll();
        Append(test, magic, codec, 3, ("b", "3"));
        test.Log.UpdateConfig(test.Harness.Config with { SegmentBytes = 10 });
        test.Clean();
        Assert.Equal([(0, "a", "1"), (3, "b", "3")], test.ReadAll());

        // After a crash a gap between segments means lost records. No checkpoint says anything else here.
        test.Log.Dispose();
        test.Harness.Open(clean: false);
        Assert.Equal([(0, "a", "1"), (3, "b", "3")], test.ReadAll());
        Assert.Equal(["0-0", "1-1"], BatchesOf(test, segment: 0));
        Assert.Equal(["2-2"], BatchesOf(test, segment: 2));
    }

    [Fact]
    public void A_swap_that_a_crash_interrupts_brings_no_message_back()
    {
        using var test = new CompactionHarness();
        Append(test, 1, CompressionType.None, 0, ("a", "1"));
        test.Log.Roll();
        Append(test, 1, CompressionType.None, 1, ("b", "1"));
        test.Log.Roll();
        Append(test, 1, CompressionType.None, 2, ("b", null));
        test.Log.Roll();
        var second = test.Harness.ReadFile("00000000000000000001.log");
        var third = test.Harness.ReadFile("00000000000000000002.log");
        test.Harness.Clock.Advance(1000);
        test.Log.UpdateConfig(test.Harness.Config with { DeleteRetentionMs = 0 });
        test.Clean();
        test.Checkpoint = 1;
        test.Put(("c", "1"));
        test.Harness.Files.SetLastWriteTime(test.Log.Segments[0].File.Path, DateTimeOffset.UnixEpoch);
        test.Clean();
        Assert.DoesNotContain(test.ReadAll(), record => record.Key == "b");
        test.Log.Dispose();

        // The moment when the new segment counts and its sources are still there.
        foreach (var suffix in (string[])["log", "index", "timeindex"])
        {
            var path = $"{LogHarness.Directory}/00000000000000000000.{suffix}";
            if (test.Harness.Files.FileExists(path))
            {
                test.Harness.Files.Move(path, path + ".swap");
            }
        }

        test.Harness.Files.WriteFile($"{LogHarness.Directory}/00000000000000000001.log", second);
        test.Harness.Files.WriteFile($"{LogHarness.Directory}/00000000000000000002.log", third);
        test.Harness.Open(clean: false);

        Assert.Equal([(0, "a", "1"), (3, "c", "1")], test.ReadAll());
    }

    private static IEnumerable<string> BatchesOf(CompactionHarness test, long segment) =>
        StoredBatch.Parse(test.Harness.ReadFile($"{segment:D20}.log")).Select(batch => $"{batch.BaseOffset}-{batch.LastOffset}");

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

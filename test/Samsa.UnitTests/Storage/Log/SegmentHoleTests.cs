using System.Buffers.Binary;
using Samsa.UnitTests.Storage.Compaction;
using Xunit;

namespace Samsa.UnitTests.Storage.Log;

/// <summary>
/// A segment that ends before the next one begins. Apache Kafka's compaction leaves such holes, and keeps them at every start;
/// a power cut leaves them, too, where the end of a segment was lost and the next one was not.
/// </summary>
public sealed class SegmentHoleTests : IDisposable
{
    private readonly CompactionHarness _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public void A_hole_that_nothing_explains_is_a_loss_and_what_follows_goes()
    {
        Segment(("a", "1"), ("b", "1"));
        Segment(("c", "1"), ("d", "1"));
        CutLastBatch(0);

        Crash();

        Assert.Equal([(0, "a", "1")], _test.ReadAll());
        Assert.Equal(1, _test.Log.LogEndOffset);
    }

    [Fact]
    public void A_hole_where_all_was_durable_is_none_although_an_index_is_missing()
    {
        Segment(("a", "1"), ("b", "1"));
        Segment(("c", "1"), ("d", "1"));
        CutLastBatch(0);
        _test.Harness.Files.DeleteFile(PathOf(0, "index"));

        Crash(recoveryPoint: 4);

        Assert.Equal([(0, "a", "1"), (2, "c", "1"), (3, "d", "1")], _test.ReadAll());
    }

    [Fact]
    public void A_hole_below_the_cleaners_checkpoint_is_none()
    {
        Segment(("a", "1"), ("b", "1"));
        Segment(("c", "1"), ("d", "1"));
        CutLastBatch(0);
        _test.Harness.CompactedTo = 2;

        Crash();

        Assert.Equal([(0, "a", "1"), (2, "c", "1"), (3, "d", "1")], _test.ReadAll());
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_hole_that_compaction_left_is_none_although_every_checkpoint_is_lost(bool lastOfBatch, bool inLaterSegment)
    {
        // The superseded record lies in the middle of the first or the second segment, or ends a batch.
        if (inLaterSegment)
        {
            Segment(("a", "1"), ("b", "1"));
            Segment(("c", "1"), ("x", "1"), ("d", "1"));
        }
        else if (lastOfBatch)
        {
            _test.Put(("a", "1"), ("x", "1"));
            Segment(("b", "1"));
            Segment(("c", "1"), ("d", "1"));
        }
        else
        {
            Segment(("a", "1"), ("x", "1"), ("d", "1"), ("b", "1"));
            Segment(("c", "1"));
        }

        Segment(("x", "2"), ("b", "2"));
        Compact();
        var compacted = _test.ReadAll();
        CutLastBatch(0);

        Crash();

        Assert.Equal(compacted, _test.ReadAll());
        Assert.Equal(["a", "c", "d", "x", "b"], compacted.Select(record => record.Key).OrderBy(key => "acdxb".IndexOf(key!, StringComparison.Ordinal)));
    }

    [Fact]
    public void A_torn_batch_in_a_later_segment_is_no_sign_of_compaction()
    {
        Segment(("a", "1"), ("b", "1"));
        _test.Put(("c", "1"), ("d", "1"));
        CutLastBatch(0);
        var bytes = _test.Harness.Files.ReadAllBytes(PathOf(2, "log"));
        bytes.AsSpan(57).Clear();
        _test.Harness.Files.WriteFile(PathOf(2, "log"), bytes);

        Crash();

        Assert.Equal(1, _test.Log.LogEndOffset);
    }

    [Fact]
    public void Records_lost_behind_a_compacted_segment_are_a_loss()
    {
        Segment(("a", "1"), ("x", "1"), ("b", "1"));
        Segment(("x", "2"));
        Compact();
        Segment(("c", "1"), ("d", "1"));
        Segment(("e", "1"));
        CutLastBatch(4);

        Crash();

        Assert.Equal([(0, "a", "1"), (2, "b", "1"), (3, "x", "2"), (4, "c", "1")], _test.ReadAll());
    }

    [Fact]
    public void A_compaction_closes_the_holes_that_another_left()
    {
        Segment(("a", "1"), ("b", "1"));
        Segment(("c", "1"), ("d", "1"));
        CutLastBatch(0);
        _test.Harness.CompactedTo = 2;
        Crash();

        Compact();

        _test.Harness.CompactedTo = 0;
        Crash();
        Assert.Equal([(0, "a", "1"), (2, "c", "1"), (3, "d", "1")], _test.ReadAll());
    }

    // One batch for each record, and the segment is sealed.
    private void Segment(params (string Key, string Value)[] records)
    {
        foreach (var record in records)
        {
            _test.Put(record);
        }

        _test.Log.Roll();
    }

    // Segments stay apart.
    private void Compact()
    {
        _test.Log.UpdateConfig(_test.Harness.Config with { SegmentBytes = 10 });
        Assert.True(_test.Clean(roll: false).IsComplete);
        _test.Log.UpdateConfig(_test.Harness.Config);
    }

    private void Crash(long recoveryPoint = 0)
    {
        _test.Log.Dispose();
        _test.Harness.Open(clean: false, recoveryPoint);
        _test.Log.UpdateHighWatermark(_test.Log.LogEndOffset);
    }

    private void CutLastBatch(long segment)
    {
        var path = PathOf(segment, "log");
        var bytes = _test.Harness.Files.ReadAllBytes(path);
        var (last, next) = (0, 0);
        while (next < bytes.Length)
        {
            last = next;
            next += BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(next + 8)) + 12;
        }

        _test.Harness.Files.WriteFile(path, bytes[..last]);
    }

    private static string PathOf(long segment, string suffix) => $"{LogHarness.Directory}/{segment:D20}.{suffix}";
}

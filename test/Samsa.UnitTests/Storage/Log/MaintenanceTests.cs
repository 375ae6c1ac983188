using Samsa.Protocol;
using Samsa.Protocol.Records;
using Samsa.Storage;
using Xunit;

namespace Samsa.UnitTests.Storage.Log;

/// <summary>Rolling, truncation, retention and deletion.</summary>
public sealed class MaintenanceTests : IDisposable
{
    private readonly LogHarness _harness = new();

    public void Dispose() => _harness.Dispose();

    [Fact]
    public void A_segment_rolls_when_the_next_batch_does_not_fit()
    {
        var batch = LogHarness.Batch(1, "0123456789").Length;
        _harness.Config = LogConfig.Default with { SegmentBytes = 3 * batch };
        for (var i = 0; i < 7; i++)
        {
            _harness.AppendValues("0123456789");
        }

        Assert.Equal(["00000000000000000000.log", "00000000000000000003.log", "00000000000000000006.log"], LogFiles());
        Assert.Equal([0L, 3L, 6L], _harness.Log.Producers.Snapshots().Prepend(0));
        Assert.Equal(7, _harness.ReadAll().Count);
    }

    [Fact]
    public void A_segment_rolls_by_the_time_of_its_first_batch()
    {
        _harness.Config = LogConfig.Default with { SegmentMs = 1000 };
        _harness.Append(LogHarness.Batch(50_000, "a"));
        _harness.Append(LogHarness.Batch(51_000, "b"));
        _harness.Append(LogHarness.Batch(40_000, "old"));
        Assert.Equal(1, _harness.Log.SegmentCount);
        _harness.Append(LogHarness.Batch(51_001, "c"));
        Assert.Equal(["00000000000000000000.log", "00000000000000000003.log"], LogFiles());

        // Also when the first batch was written before a restart.
        _harness.Reopen();
        _harness.Append(LogHarness.Batch(52_002, "d"));
        Assert.Equal(3, _harness.Log.SegmentCount);
    }

    [Fact]
    public void Without_timestamps_a_segment_rolls_by_its_own_age()
    {
        _harness.Config = LogConfig.Default with { SegmentMs = 1000 };
        _harness.Append(LogHarness.Batch(-1, "a"));
        _harness.Clock.Advance(1000);
        _harness.Append(LogHarness.Batch(-1, "b"));
        Assert.Equal(1, _harness.Log.SegmentCount);
        _harness.Clock.Advance(1);
        _harness.Append(LogHarness.Batch(-1, "c"));
        Assert.Equal(2, _harness.Log.SegmentCount);
    }

    [Fact]
    public void Jitter_makes_segments_roll_earlier()
    {
        _harness.Config = LogConfig.Default with { SegmentMs = 1000, SegmentJitterMs = 1_000_000_000 };
        var rolledEarly = 0;
        for (var i = 0; i < 50; i++)
        {
            var before = _harness.Log.SegmentCount;
            _harness.Append(LogHarness.Batch(i * 900L, "a"));
            rolledEarly += _harness.Log.SegmentCount - before;
        }

        // Drawn from a million seconds, nearly every jitter is the whole second.
        Assert.True(rolledEarly > 40, $"{rolledEarly}");
    }

    [Fact]
    public void A_segment_rolls_when_an_index_is_full()
    {
        _harness.Config = LogConfig.Default with { IndexIntervalBytes = 0, SegmentIndexBytes = 24 };
        for (var i = 0; i < 6; i++)
        {
            _harness.AppendValues("a");
        }

        // 24 bytes hold 3 offset entries, but only 1 time entry besides the one for the end.
        Assert.Equal(["00000000000000000000.log", "00000000000000000002.log", "00000000000000000004.log"], LogFiles());
    }

    [Fact]
    public void A_segment_rolls_before_an_offset_that_its_index_cannot_hold()
    {
        _harness.AppendValues("a");
        var far = new RecordBatchOptions { BaseOffset = int.MaxValue + 1L };
        Assert.Equal(ErrorCode.None, _harness.Append(LogHarness.Batch(far, 1, "b"), 0, AppendOrigin.Replication).Error);
        Assert.Equal(["00000000000000000000.log", "00000000002147483648.log"], LogFiles());
        Assert.Equal([(0, "a"), (int.MaxValue + 1L, "b")], _harness.ReadAll());
    }

    [Fact]
    public void A_log_that_nobody_writes_to_rolls_when_asked()
    {
        _harness.Config = LogConfig.Default with { SegmentMs = 1000 };
        Assert.False(_harness.Log.MaybeRoll());
        _harness.AppendValues("a");
        Assert.False(_harness.Log.MaybeRoll());
        _harness.Clock.Advance(1001);
        Assert.True(_harness.Log.MaybeRoll());
        Assert.False(_harness.Log.MaybeRoll());
        Assert.Equal(2, _harness.Log.SegmentCount);
    }

    [Fact]
    public void Truncation_cuts_whole_batches_and_later_segments()
    {
        _harness.AppendValues("a", "b");
        _harness.Log.Roll();
        _harness.Append(LogHarness.Batch(1, "c", "d"), leaderEpoch: 1);
        _harness.Append(LogHarness.Batch(1, "e"), leaderEpoch: 2);
        _harness.Log.Roll();
        _harness.Append(LogHarness.Batch(1, "f"), leaderEpoch: 2);
        _harness.Log.UpdateHighWatermark(6);
        _harness.Log.Flush();

        Assert.True(_harness.Log.TruncateTo(4));
        Assert.Equal((4L, 4L, 4L), (_harness.Log.LogEndOffset, _harness.Log.HighWatermark, _harness.Log.RecoveryPoint));
        Assert.Equal(1, _harness.Log.LeaderEpochs.LatestEpoch);
        Assert.Equal([(0, "a"), (1, "b"), (2, "c"), (3, "d")], _harness.ReadAll());

        Assert.True(_harness.Log.TruncateTo(3));
        Assert.Equal(2, _harness.Log.LogEndOffset);
        Assert.False(_harness.Log.TruncateTo(2));
        Assert.Equal(2, _harness.Append(LogHarness.Batch(1, "g"), leaderEpoch: 3).FirstOffset);
        Assert.Equal([(0, "a"), (1, "b"), (2, "g")], _harness.ReadAll());
        Assert.Equal(["00000000000000000000.log", "00000000000000000002.log"], LogFiles());
    }

    [Fact]
    public void A_truncated_producer_may_send_again()
    {
        var options = new RecordBatchOptions { ProducerId = 3, ProducerEpoch = 0, BaseSequence = 0 };
        _harness.Append(LogHarness.Batch(options, LogHarness.StartTime, "a"));
        _harness.Append(LogHarness.Batch(options with { BaseSequence = 1 }, LogHarness.StartTime, "b"));
        _harness.Log.TruncateTo(1);
        Assert.True(_harness.Append(LogHarness.Batch(options, LogHarness.StartTime, "a")).IsDuplicate);
        var again = _harness.Append(LogHarness.Batch(options with { BaseSequence = 1 }, LogHarness.StartTime, "b"));
        Assert.Equal((1L, false), (again.FirstOffset, again.IsDuplicate));
    }

    [Fact]
    public void A_full_truncation_starts_anew()
    {
        _harness.AppendValues("a", "b");
        _harness.Log.Roll();
        _harness.AppendValues("c");
        _harness.Log.TruncateFullyAndStartAt(100);
        Assert.Equal((100L, 100L, 100L), (_harness.Log.LogStartOffset, _harness.Log.LogEndOffset, _harness.Log.HighWatermark));
        Assert.Null(_harness.Log.LeaderEpochs.LatestEpoch);
        Assert.Equal(100, _harness.AppendValues("d").FirstOffset);
        Assert.Equal(["00000000000000000100.log"], LogFiles());
        _harness.Reopen();
        Assert.Equal([(100, "d")], _harness.ReadAll());

        // Below the first segment a truncation is a new start, too.
        _harness.Log.TruncateTo(50);
        Assert.Equal((50L, 50L), (_harness.Log.LogStartOffset, _harness.Log.LogEndOffset));
    }

    [Fact]
    public void Retention_by_time_goes_by_the_newest_record_and_stops_at_the_first_young_segment()
    {
        _harness.Config = LogConfig.Default with { RetentionMs = 1000 };
        Append(LogHarness.StartTime - 5000, "old");
        Append(LogHarness.StartTime, "young");
        Append(LogHarness.StartTime - 5000, "old again");
        _harness.Log.UpdateHighWatermark(3);
        Assert.Equal(1, _harness.Log.ApplyRetention(LogHarness.StartTime + 1000));
        Assert.Equal(1, _harness.Log.LogStartOffset);
        Assert.Equal(2, _harness.Log.ApplyRetention(LogHarness.StartTime + 1001));
        Assert.Equal((3L, 3L), (_harness.Log.LogStartOffset, _harness.Log.LogEndOffset));
        Assert.Equal(3, _harness.AppendValues("new").FirstOffset);
    }

    [Fact]
    public void Retention_never_passes_the_high_watermark()
    {
        _harness.Config = LogConfig.Default with { RetentionBytes = 0 };
        Append(1, "a");
        Append(1, "b");
        Append(1, "c");
        _harness.Log.UpdateHighWatermark(1);
        Assert.Equal(1, _harness.Log.ApplyRetention(_harness.Clock.Now));
        Assert.Equal([(1, "b"), (2, "c")], _harness.ReadAll());
    }

    [Fact]
    public void Retention_by_size_keeps_at_least_the_size()
    {
        Append(1, "a");
        Append(1, "b");
        Append(1, "c");
        _harness.Log.UpdateHighWatermark(3);
        var segment = _harness.Log.SizeInBytes / 3;
        _harness.Log.UpdateConfig(LogConfig.Default with { RetentionBytes = (2 * segment) + 1, RetentionMs = -1 });
        Assert.Equal(0, _harness.Log.ApplyRetention(_harness.Clock.Now));
        _harness.Log.UpdateConfig(LogConfig.Default with { RetentionBytes = 2 * segment, RetentionMs = -1 });
        Assert.Equal(1, _harness.Log.ApplyRetention(_harness.Clock.Now));
        Assert.Equal(1, _harness.Log.LogStartOffset);
    }

    [Fact]
    public void A_compacted_log_only_loses_what_is_below_its_start()
    {
        _harness.Config = LogConfig.Default with { RetentionBytes = 0, RetentionMs = 0, Compact = true, Delete = false };
        Append(1, "a");
        Append(1, "b");
        Append(1, "c");
        _harness.Log.UpdateHighWatermark(3);
        Assert.Equal(0, _harness.Log.ApplyRetention(_harness.Clock.Now));
        _harness.Log.IncrementLogStartOffset(2);
        Assert.Equal(2, _harness.Log.ApplyRetention(_harness.Clock.Now));
        Assert.Equal([(2, "c")], _harness.ReadAll());
    }

    [Fact]
    public void Removed_segments_wait_under_another_name()
    {
        _harness.Config = LogConfig.Default with { RetentionBytes = 0, FileDeleteDelayMs = 777 };
        Append(1, "a");
        _harness.AppendValues("b");
        _harness.Scheduler.Run();
        _harness.Log.UpdateHighWatermark(1);
        _harness.Log.ApplyRetention(_harness.Clock.Now);
        Assert.Equal([TimeSpan.FromMilliseconds(777)], _harness.Scheduler.Delays);
        Assert.Contains("00000000000000000000.log.deleted", _harness.FileNames());
        _harness.Scheduler.Run();
        Assert.DoesNotContain(_harness.FileNames(), name => name.EndsWith(".deleted", StringComparison.Ordinal));
    }

    [Fact]
    public void Deletion_renames_the_directory_and_removes_it_later()
    {
        _harness.AppendValues("a");
        var renamed = _harness.Log.Delete();
        Assert.NotNull(renamed);
        Assert.Matches("^/data/t-0\\.[0-9a-f]{32}-delete$", renamed);
        Assert.False(_harness.Files.DirectoryExists(LogHarness.Directory));
        Assert.NotEmpty(_harness.Files.ListFiles(renamed));
        Assert.Equal(ErrorCode.NotLeaderOrFollower, _harness.AppendValues("b").Error);
        _harness.Scheduler.Run();
        Assert.False(_harness.Files.DirectoryExists(renamed));
    }

    [Fact]
    public void The_topic_id_is_kept_and_cannot_be_changed()
    {
        Assert.Null(_harness.Log.TopicId);
        var id = Guid.Parse("0123456789abcdef0123456789abcdef");
        _harness.Log.AssignTopicId(id);
        _harness.Log.AssignTopicId(id);
        _harness.Reopen();
        Assert.Equal(id, _harness.Log.TopicId);
        Assert.Throws<InvalidOperationException>(() => _harness.Log.AssignTopicId(Guid.NewGuid()));
    }

    [Fact]
    public void A_preallocated_segment_is_trimmed_when_it_is_sealed()
    {
        _harness.Config = LogConfig.Default with { Preallocate = true, SegmentBytes = 10_000 };
        _harness.AppendValues("a");
        Assert.Equal(10_000, _harness.Files.FileLength($"{LogHarness.Directory}/00000000000000000000.log"));
        var size = _harness.Log.SizeInBytes;
        _harness.Log.Flush();
        _harness.Log.Dispose();
        _harness.Open(clean: false);
        Assert.Equal((1L, size), (_harness.Log.LogEndOffset, _harness.Log.SizeInBytes));
        _harness.AppendValues("b");
        _harness.Reopen();
        Assert.Equal([(0, "a"), (1, "b")], _harness.ReadAll());
    }

    // One batch in a segment of its own, with an empty one after it.
    private void Append(long timestamp, string value)
    {
        _harness.Append(LogHarness.Batch(timestamp, value));
        _harness.Log.Roll();
    }

    private string[] LogFiles() =>
        [.. _harness.FileNames().Where(name => name.EndsWith(".log", StringComparison.Ordinal))];
}

using Samsa.Protocol;
using Samsa.Protocol.Records;
using Samsa.Storage;
using Samsa.Storage.Checkpoints;
using Samsa.Storage.Compaction;
using Samsa.Storage.Directories;
using Samsa.UnitTests.Storage.Directories;
using Xunit;

namespace Samsa.UnitTests.Storage.Compaction;

public sealed class LogCleanerTests
{
    private static readonly LogConfig Compacted = LogConfig.Default with { Compact = true, Delete = false, MinCleanableDirtyRatio = 0.4 };

    private readonly LogManagerHarness _harness = new();

    [Fact]
    public async Task The_log_with_the_highest_dirty_ratio_is_compacted_first_and_then_the_others_that_are_due()
    {
        await using var manager = await OpenAsync();
        var half = Create(manager, 0);
        Fill(half, "a", "b");
        Clean(manager, 1);
        Fill(half, "a", "c");
        var all = Create(manager, 1);
        Fill(all, "a", "b");
        Assert.Equal(1, Clean(manager, 1));
        Assert.Equal((2, 2), (Checkpoint()[half.TopicPartition], Checkpoint()[all.TopicPartition]));
        Assert.Equal(1, Clean(manager, 5));
        Assert.Equal(4, Checkpoint()[half.TopicPartition]);

        var barely = Create(manager, 2);
        Fill(barely, "a", "b", "c", "d", "e", "f");
        Assert.Equal(1, Clean(manager, 5));
        Fill(barely, "a");
        Assert.Equal(0, Clean(manager, 5));
        Assert.InRange(manager.Cleaner!.MaxDirtyPercent, 1, 40);
        Assert.Equal(6, Checkpoint()[barely.TopicPartition]);
        Assert.Equal(["b", "a", "c"], Keys(half));
    }

    [Fact]
    public async Task Only_a_log_whose_policy_is_compact_is_compacted()
    {
        await using var manager = await OpenAsync();
        var log = Create(manager, 0, LogConfig.Default);
        Fill(log, "a", "a");
        Assert.Equal(0, Clean(manager, 1));
        log.UpdateConfig(Compacted);
        Assert.Equal(1, Clean(manager, 2));
        Assert.Equal(["a"], Keys(log));
    }

    [Fact]
    public async Task Min_compaction_lag_holds_young_records_back()
    {
        await using var manager = await OpenAsync();
        var log = Create(manager, 0, Compacted with { MinCompactionLagMs = 1000 });
        Fill(log, "a");
        _harness.Clock.Advance(TimeSpan.FromMilliseconds(600));
        Fill(log, "a");
        Assert.Equal(0, Clean(manager, 1));
        _harness.Clock.Advance(TimeSpan.FromMilliseconds(400));
        Assert.Equal(1, Clean(manager, 2));
        Assert.Equal(1, Checkpoint()[log.TopicPartition]);
        _harness.Clock.Advance(TimeSpan.FromMilliseconds(600));
        Clean(manager, 2);
        Assert.Equal(["a"], Keys(log));
    }

    [Fact]
    public async Task Max_compaction_lag_makes_a_log_due_that_is_hardly_dirty()
    {
        await using var manager = await OpenAsync();
        var log = Create(manager, 0, Compacted with { MaxCompactionLagMs = 5000 });
        Fill(log, "a", "b", "c", "d");
        Clean(manager, 1);
        Fill(log, "a");
        _harness.Clock.Advance(TimeSpan.FromMilliseconds(5000));
        Assert.Equal(0, Clean(manager, 1));
        _harness.Clock.Advance(TimeSpan.FromMilliseconds(2000));
        Assert.Equal(1, Clean(manager, 2));
        Assert.Equal(["b", "c", "d", "a"], Keys(log));
        Assert.Equal(0, manager.Cleaner!.MaxCompactionDelaySeconds);
    }

    [Fact]
    public async Task Max_compaction_lag_rolls_a_segment_that_could_not_be_compacted_otherwise()
    {
        await using var manager = await OpenAsync();
        var log = Create(manager, 0, Compacted with { MaxCompactionLagMs = 5000 });
        Put(log, "a");
        _harness.Clock.Advance(TimeSpan.FromMilliseconds(5001));
        Put(log, "a");
        Assert.Equal(2, log.SegmentCount);
    }

    [Fact]
    public async Task A_damaged_log_is_left_alone_until_the_next_start_and_the_others_go_on()
    {
        await using var manager = await OpenAsync();
        var damaged = Create(manager, 0);
        Fill(damaged, "a", "a");
        var sound = Create(manager, 1);
        Fill(sound, "a", "a");
        var path = $"{damaged.Directory}/00000000000000000000.log";
        var bytes = _harness.Files.ReadAllBytes(path);
        bytes[70] ^= 1;
        _harness.Files.WriteFile(path, bytes);

        Assert.Equal(2, Clean(manager, 5));
        Assert.Equal(["a"], Keys(sound));
        Assert.Equal(bytes, _harness.Files.ReadAllBytes(path));
        Assert.Equal(1, manager.Cleaner!.UncleanablePartitions(LogManagerHarness.First));
        Assert.Equal(bytes.Length, manager.Cleaner.UncleanableBytes(LogManagerHarness.First));
        Assert.Contains(_harness.Logger.Lines, line => line.Contains("checksum of the batch is wrong", StringComparison.Ordinal));
        Assert.True(manager.Directories[0].IsOnline);

        manager.Delete(damaged.TopicPartition);
        Clean(manager, 1);
        Assert.Equal(0, manager.Cleaner.UncleanablePartitions(LogManagerHarness.First));
    }

    [Fact]
    public async Task A_disk_that_fails_goes_offline_and_the_other_goes_on()
    {
        await using var manager = await LogManagerHarness.OpenAsync(_harness.Options(LogManagerHarness.First, LogManagerHarness.Second));
        var first = Create(manager, 0);
        var second = Create(manager, 1);
        Fill(first, "a", "a");
        Fill(second, "a", "a");
        var broken = manager.DirectoryOf(first.TopicPartition)!;
        _harness.Files.Fault = (operation, path) =>
            operation == "move" && path.StartsWith(broken.Path, StringComparison.Ordinal) ? "Input/output error" : null;
        Clean(manager, 5);
        Assert.False(broken.IsOnline);
        Assert.Equal(["a"], Keys(second));
        Assert.Equal(0, manager.Cleaner!.UncleanablePartitions(broken.Path));
        _harness.Files.Fault = null;
    }

    [Fact]
    public async Task A_log_that_is_deleted_while_it_is_compacted_is_left_first()
    {
        await using var manager = await OpenAsync();
        var log = Create(manager, 0);
        Fill(log, "a", "a");
        Task? deletion = null;
        var directory = log.Directory;
        var renamed = false;
        _harness.Files.Fault = (operation, path) =>
        {
            if (deletion is null && operation == "write" && path.EndsWith(".cleaned", StringComparison.Ordinal))
            {
                deletion = Task.Run(() => manager.Delete(log.TopicPartition));
                _harness.Files.Unlocked(() => Assert.True(SpinWait.SpinUntil(() => log.Cleaning.IsClosed, TimeSpan.FromSeconds(30))));
            }

            renamed |= operation == "move" && path == directory;
            Assert.False(renamed && path.EndsWith(".cleaned", StringComparison.Ordinal));
            return null;
        };
        Clean(manager, 1);
        await deletion!.WaitAsync(TimeSpan.FromSeconds(120), TestContext.Current.CancellationToken);
        Assert.True(log.IsClosed);
        Assert.True(manager.Directories[0].IsOnline);
        Assert.DoesNotContain(log.TopicPartition, Checkpoint().Keys);

        // A new topic of that name starts from nothing.
        _harness.Files.Fault = null;
        var again = Create(manager, 0);
        Fill(again, "b", "b");
        Assert.Equal(1, Clean(manager, 5));
        Assert.Equal(2, Checkpoint()[again.TopicPartition]);
    }

    [Fact]
    public async Task A_truncation_breaks_a_compaction_off_and_moves_the_checkpoint_back()
    {
        await using var manager = await OpenAsync();
        var log = Create(manager, 0);
        Fill(log, "a", "b", "a", "b");
        Clean(manager, 5);
        Assert.Equal(4, Checkpoint()[log.TopicPartition]);
        Fill(log, "c", "c");
        var done = false;
        _harness.Files.Fault = (operation, path) =>
        {
            if (!done && operation == "write" && path.EndsWith(".cleaned", StringComparison.Ordinal))
            {
                done = true;
                _harness.Files.Unlocked(() => log.TruncateTo(3));
            }

            return null;
        };
        Assert.Equal(1, Clean(manager, 1));
        Assert.DoesNotContain(_harness.Files.ListFiles(log.Directory), path => path.EndsWith(".cleaned", StringComparison.Ordinal));
        Clean(manager, 1);
        Assert.Equal(3, Checkpoint()[log.TopicPartition]);
        log.Roll();
        Fill(log, "a", "a");
        Clean(manager, 5);
        Assert.Equal(["a"], Keys(log).Where(key => key == "a"));
    }

    [Fact]
    public async Task The_checkpoint_survives_a_restart_and_forgets_logs_that_are_gone()
    {
        await using (var manager = await OpenAsync())
        {
            Fill(Create(manager, 0), "a", "a");
            Fill(Create(manager, 1), "a", "a", "a");
            Clean(manager, 5);
            Assert.Equal("0\n2\nt 0 2\nt 1 3\n", _harness.Text($"{LogManagerHarness.First}/{OffsetCheckpointFile.CleanerName}"));
        }

        _harness.Files.DeleteDirectory($"{LogManagerHarness.First}/t-1");
        await using var second = await LogManagerHarness.OpenAsync(_harness.Options() with { ConfigOf = _ => Compacted });
        Assert.Equal("0\n1\nt 0 2\n", _harness.Text($"{LogManagerHarness.First}/{OffsetCheckpointFile.CleanerName}"));
        Assert.Equal(0, Clean(second, 1));
    }

    [Fact]
    public async Task Regions_of_replaced_segments_stay_good()
    {
        await using var manager = await OpenAsync();
        var log = Create(manager, 0);
        Fill(log, "a", "b", "a");
        using var region = log.Read(0, int.MaxValue, log.LogEndOffset, minOneMessage: true).Region!;
        var before = new byte[region.Length];
        region.CopyTo(0, before);
        Clean(manager, 1);
        var after = new byte[region.Length];
        region.CopyTo(0, after);
        Assert.Equal(before, after);
        Assert.Equal(["b", "a"], Keys(log));
    }

    [Fact]
    public async Task Threads_compact_what_is_due_when_they_wake_up()
    {
        await using var manager = await OpenAsync();
        var log = Create(manager, 0);
        Fill(log, "a", "a");
        manager.Cleaner!.Start();
        await UntilAsync(() => Keys(log).Count == 1);
        Fill(log, "a", "a");
        await UntilAsync(() =>
        {
            _harness.Clock.Advance(TimeSpan.FromSeconds(15));
            return Keys(log).Count == 1;
        });

        manager.Cleaner.Update(new CleanerOptions { Threads = 3 });
        manager.Cleaner.Update(new CleanerOptions { Threads = 1 });
        Fill(log, "a", "a");
        await UntilAsync(() =>
        {
            _harness.Clock.Advance(TimeSpan.FromSeconds(15));
            return Keys(log).Count == 1;
        });
        Assert.Equal(0, manager.Cleaner.DeadThreadCount);
        Assert.InRange(manager.Cleaner.RecopyPercent, 1, 99);
    }

    [Fact]
    public async Task A_shorter_backoff_wakes_the_threads_that_sleep()
    {
        await using var manager = await OpenAsync();
        var log = Create(manager, 0);
        manager.Cleaner!.Update(new CleanerOptions { BackoffMs = long.MaxValue });
        var timers = _harness.Clock.TimerCount;
        manager.Cleaner.Start();
        await UntilAsync(() => _harness.Clock.TimerCount > timers);
        Fill(log, "a", "a");
        manager.Cleaner.Update(new CleanerOptions { BackoffMs = 20 });
        await UntilAsync(() =>
        {
            _harness.Clock.Advance(TimeSpan.FromMilliseconds(20));
            return Keys(log).Count == 1;
        });
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        var time = TimeProvider.System;
        for (var started = time.GetTimestamp(); !condition();)
        {
            Assert.True(time.GetElapsedTime(started) < TimeSpan.FromSeconds(60));
            await Task.Delay(TimeSpan.FromMilliseconds(5), time, TestContext.Current.CancellationToken);
        }
    }

    private Task<LogManager> OpenAsync() => LogManagerHarness.OpenAsync(_harness.Options());

    private static PartitionLog Create(LogManager manager, int number, LogConfig? config = null) =>
        manager.GetOrCreate(LogManagerHarness.Partition(number), Guid.Empty, config ?? Compacted, isNew: true);

    // One segment of records with these keys.
    private void Fill(PartitionLog log, params string[] keys)
    {
        foreach (var key in keys)
        {
            Put(log, key);
        }

        log.Roll();
    }

    private void Put(PartitionLog log, string key)
    {
        var batch = CompactionHarness.Batch(new RecordBatchOptions(), _harness.Clock.Milliseconds, (key, "value"));
        log.Append(batch, leaderEpoch: 0, AppendOrigin.Client);
        log.UpdateHighWatermark(log.LogEndOffset);
    }

    // Returns how many logs were compacted, at most so many.
    private int Clean(LogManager manager, int atMost)
    {
        using var compactor = new LogCompactor(_harness.Clock, manager.Cleaner!.Throttle);
        var count = 0;
        while (count < atMost && manager.Cleaner.CleanFilthiest(0, compactor, CancellationToken.None))
        {
            count++;
        }

        return count;
    }

    private Dictionary<TopicPartition, long> Checkpoint() =>
        new OffsetCheckpointFile(_harness.Files, $"{LogManagerHarness.First}/{OffsetCheckpointFile.CleanerName}").Read();

    private static List<string> Keys(PartitionLog log)
    {
        var keys = new List<string>();
        for (var offset = log.LogStartOffset; offset < log.LogEndOffset;)
        {
            using var region = log.Read(offset, int.MaxValue, log.LogEndOffset, minOneMessage: true).Region;
            if (region is null)
            {
                break;
            }

            var bytes = new byte[region.Length];
            region.CopyTo(0, bytes);
            var batches = StoredBatch.Parse(bytes);
            keys.AddRange(batches.SelectMany(batch => batch.Records).Select(record => record.Key!));
            offset = batches[^1].LastOffset + 1;
        }

        return keys;
    }
}

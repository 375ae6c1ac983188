using Microsoft.Extensions.Logging;
using Samsa.Protocol;
using Samsa.Storage;
using Xunit;

namespace Samsa.UnitTests.Storage.Log;

/// <summary>
/// What a log costs the disk before and around its first record, and what of it survives: a broker has thousands of them.
/// </summary>
public sealed class NewLogTests : IDisposable
{
    private static readonly Guid TopicId = new("00000000-0000-0000-0000-000000000042");

    private readonly RecoveryTests.LogRecorder _messages = new();
    private readonly LogHarness _harness;

    public NewLogTests() => _harness = new LogHarness { Logger = _messages };

    public void Dispose() => _harness.Dispose();

    [Fact]
    public void A_new_log_has_no_file_and_can_be_read()
    {
        _harness.Log.AssignTopicId(TopicId);
        _harness.Log.UpdateHighWatermark(0);

        Assert.Empty(_harness.FileNames());
        Assert.Empty(_harness.Read(0));
        Assert.Equal(ErrorCode.OffsetOutOfRange, _harness.Log.Read(1, 1, 1, minOneMessage: true).Error);
        Assert.Null(_harness.Log.OffsetForTimestamp(-5));
        Assert.Null(_harness.Log.MaxTimestamp());
        Assert.Empty(_harness.Log.ListAbortedTransactions(0, 10));
        Assert.False(_harness.Log.TruncateTo(0));
        Assert.Equal(0, _harness.Log.ApplyRetention(_harness.Clock.Now));
        _harness.Log.Flush();
        Assert.Empty(_harness.FileNames());
        Assert.Equal((0, 0, 0), (_harness.Files.Writes, _harness.Files.Flushes, _harness.Files.DirectoryFlushes));
    }

    [Fact]
    public void The_first_append_creates_the_files_and_flushes_none()
    {
        _harness.Log.AssignTopicId(TopicId);
        _harness.AppendValues("a");

        Assert.Equal(["00000000000000000000.log", "partition.metadata"], _harness.FileNames());
        Assert.Equal((0, 0), (_harness.Files.Flushes, _harness.Files.DirectoryFlushes));
        Assert.Equal([(0, "a")], _harness.ReadAll());
    }

    [Fact]
    public void A_clean_stop_leaves_all_files_of_a_log_that_was_never_written_to()
    {
        _harness.Log.AssignTopicId(TopicId);
        _harness.Log.Close();

        Assert.Equal(
            ["00000000000000000000.index", "00000000000000000000.log", "00000000000000000000.timeindex", "partition.metadata"],
            _harness.FileNames());
        Assert.Equal(TopicId, _harness.Open(clean: true).TopicId);
    }

    [Fact]
    public void A_log_that_starts_above_zero_keeps_its_offsets_until_the_first_append()
    {
        var log = _harness.Open(clean: true, logStartOffset: 70);
        Assert.Equal((70L, 70L), (log.LogStartOffset, log.LogEndOffset));
        _harness.AppendValues("a");
        Assert.Contains("00000000000000000070.log", _harness.FileNames());
        Assert.Equal([(70, "a")], _harness.ReadAll());
    }

    [Fact]
    public void A_log_without_files_can_be_emptied_and_deleted()
    {
        _harness.Log.TruncateFullyAndStartAt(9);
        _harness.AppendValues("a");
        Assert.Equal([(9, "a")], _harness.ReadAll());
        _harness.Log.Close();

        _harness.Files.DeleteDirectory(LogHarness.Directory);
        var options = new PartitionLogOptions
        {
            Directory = LogHarness.Directory,
            TopicPartition = new TopicPartition("t", 0),
            FileSystem = _harness.Files,
            Scheduler = _harness.Scheduler,
            DefersDirectory = true,
        };
        Assert.Null(PartitionLog.Open(options).Delete());
        Assert.False(_harness.Files.DirectoryExists(LogHarness.Directory));

        using var log = PartitionLog.Open(options);
        log.CreateFiles();
        Assert.Contains("00000000000000000000.log", _harness.FileNames());
        Assert.NotNull(log.Delete());
        log.CreateFiles();
        Assert.False(_harness.Files.DirectoryExists(LogHarness.Directory));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void What_was_flushed_survives_a_power_cut_with_topic_id_and_leader_epochs(int seed)
    {
        _harness.Log.AssignTopicId(TopicId);
        _harness.Append(LogHarness.Batch(_harness.Clock.Now, "a"), leaderEpoch: 3);
        _harness.Log.Flush();
        _harness.Append(LogHarness.Batch(_harness.Clock.Now, "b"), leaderEpoch: 4);
        _harness.Files.Crash(new Random(seed));

        var log = _harness.Open(clean: false, recoveryPoint: 1);

        Assert.Equal(TopicId, log.TopicId);
        Assert.Equal((0, "a"), _harness.ReadAll()[0]);
        Assert.Equal(log.LogEndOffset == 1 ? 3 : 4, log.LeaderEpochs.LatestEpoch);
        Assert.Equal(0, log.LeaderEpochs.Entries[0].StartOffset);
    }

    [Fact]
    public void Leader_epochs_that_no_flush_had_written_are_found_in_the_records()
    {
        _harness.Append(LogHarness.Batch(_harness.Clock.Now, "a"), leaderEpoch: 3);
        _harness.Append(LogHarness.Batch(_harness.Clock.Now, "b"), leaderEpoch: 5);
        Assert.DoesNotContain("leader-epoch-checkpoint", _harness.FileNames());

        var log = _harness.Open(clean: false);
        Assert.Equal([(3, 0L), (5, 1L)], log.LeaderEpochs.Entries.Select(entry => (entry.Epoch, entry.StartOffset)));
        log.Flush();
        Assert.Contains("leader-epoch-checkpoint", _harness.FileNames());
    }

    [Fact]
    public void A_start_after_kill_writes_and_flushes_nothing_and_keeps_no_handle()
    {
        _harness.Config = LogConfig.Default with { IndexIntervalBytes = 1 };
        for (var i = 0; i < 50; i++)
        {
            _harness.AppendValues($"value {i}");
        }

        _harness.Reopen();
        _harness.AppendValues("one more");
        var expected = _harness.ReadAll();
        _harness.Log.Dispose();
        var before = (_harness.Files.Writes, _harness.Files.Flushes, _harness.Files.DirectoryFlushes);
        var names = _harness.FileNames();

        _harness.Open(clean: false, recoveryPoint: 50);

        Assert.Equal(before, (_harness.Files.Writes, _harness.Files.Flushes, _harness.Files.DirectoryFlushes));
        Assert.Equal(names.Where(name => name != "00000000000000000050.snapshot"), _harness.FileNames());
        Assert.Equal(0, _harness.Files.OpenHandles);
        Assert.Equal(expected, _harness.ReadAll());
        Assert.Equal(expected, ReadEach());
        _harness.Reopen();
        Assert.Equal(expected, ReadEach());
        Assert.Equal(51 * 8, _harness.ReadFile("00000000000000000000.index").Length + 8);

        List<(long, string)> ReadEach() => [.. Enumerable.Range(0, 51).SelectMany(offset => _harness.Read(offset, offset + 1))];
    }

    [Theory]
    [InlineData("")]
    [InlineData("vers")]
    [InlineData("version: 0\ntopic_id: ")]
    [InlineData("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")]
    public void A_torn_topic_id_is_forgotten_after_a_crash_only(string content)
    {
        _harness.AppendValues("a");
        _harness.Log.Close();
        _harness.Files.WriteFile($"{LogHarness.Directory}/partition.metadata", System.Text.Encoding.UTF8.GetBytes(content));
        Assert.Throws<StorageException>(() => _harness.Open(clean: true));

        var log = _harness.Open(clean: false);

        Assert.Null(log.TopicId);
        Assert.Contains(_messages.Entries, entry => entry.Level == LogLevel.Warning && entry.Message.Contains("without its topic id", StringComparison.Ordinal));
        log.AssignTopicId(TopicId);
        log.Close();
        Assert.Equal(TopicId, _harness.Open(clean: true).TopicId);
        Assert.Equal([(0, "a")], _harness.ReadAll());
    }

    [Fact]
    public void A_new_log_takes_little_memory()
    {
        const int Count = 1000;
        const int MostBytes = 3400;
        var logs = new List<PartitionLog>(Count);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Count; i++)
        {
            logs.Add(PartitionLog.Open(new PartitionLogOptions
            {
                Directory = $"{LogHarness.Directory}/a-topic-of-usual-length-{i}",
                TopicPartition = new TopicPartition("a-topic-of-usual-length", i),
                FileSystem = _harness.Files,
                Scheduler = _harness.Scheduler,
                DefersDirectory = true,
            }));
        }

        // An upper bound of what stays: also what opening threw away is in it.
        var each = (GC.GetAllocatedBytesForCurrentThread() - before) / Count;
        Assert.True(each <= MostBytes, $"A new log allocated {each} bytes");
        Assert.Equal(Count, logs.Count);
        Assert.Equal(0, _harness.Files.OpenHandles);
    }

    [Fact]
    public void After_a_crash_the_first_append_settles_the_names_that_were_found()
    {
        _harness.AppendValues("a");
        _harness.Log.Dispose();
        var log = _harness.Open(clean: false);
        Assert.Equal(0, _harness.Files.DirectoryFlushes);
        _harness.AppendValues("b");
        Assert.Equal(1, _harness.Files.DirectoryFlushes);
        _harness.AppendValues("c");
        Assert.Equal(1, _harness.Files.DirectoryFlushes);
        Assert.Equal(3, log.LogEndOffset);
    }

    [Fact]
    public void A_producer_snapshot_is_written_at_a_roll_and_flushed_later()
    {
        _harness.AppendValues("a");
        _harness.Log.Roll();
        Assert.Contains("00000000000000000001.snapshot", _harness.FileNames());
        Assert.Equal(0, _harness.Files.Flushes);
        var flushed = new List<string>();
        _harness.Files.Fault = (operation, path) =>
        {
            if (operation == "flush")
            {
                flushed.Add(Path.GetFileName(path));
            }

            return null;
        };
        _harness.Scheduler.Run();
        Assert.Contains("00000000000000000001.snapshot", flushed);
        Assert.Contains("00000000000000000000.log", flushed);
        Assert.Contains("00000000000000000000.timeindex", flushed);
    }
}

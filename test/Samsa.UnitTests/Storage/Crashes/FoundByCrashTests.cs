using Samsa.Protocol;
using Samsa.Storage;
using Samsa.Storage.Epochs;
using Samsa.UnitTests.Storage.Directories;
using Samsa.UnitTests.Storage.Log;
using Xunit;

namespace Samsa.UnitTests.Storage.Crashes;

/// <summary>What <see cref="CrashTests"/> found, each as the shortest story that shows it.</summary>
public sealed class FoundByCrashTests
{
    private const string Folder = "/data/t-0";

    private CrashDisk _disk = new();
    private LogConfig _config = LogConfig.Default with { IndexIntervalBytes = 0 };

    public FoundByCrashTests()
    {
        _disk.CreateDirectory("/data");
        _disk.FlushDirectory("/");
    }

    [Fact]
    public async Task A_new_log_directory_survives_with_the_parents_that_were_made_for_it()
    {
        var options = new LogManagerHarness().Options("/srv/samsa/data") with { FileSystem = _disk };
        var manager = await LogManagerHarness.OpenAsync(options);
        var log = manager.GetOrCreate(LogManagerHarness.Partition(0), Guid.NewGuid(), LogConfig.Default);
        Append(log, epoch: 0);
        log.Flush();

        var again = await LogManagerHarness.OpenAsync(options with { FileSystem = _disk.KeepOnlyPromises() });

        Assert.Equal(1, again.Get(LogManagerHarness.Partition(0))?.LogEndOffset);
    }

    [Fact]
    public void Epochs_come_back_with_the_records_when_a_crash_undoes_retention()
    {
        var log = Open();
        for (var epoch = 0; epoch < 4; epoch++)
        {
            Append(log, epoch);
            Append(log, epoch);
            log.Roll();
        }

        log.Flush();
        log.UpdateHighWatermark(8);
        log.UpdateConfig(_config with { RetentionBytes = 0 });
        Assert.Equal(4, log.ApplyRetention(0));
        _disk = _disk.KeepOnlyPromises();

        var recovered = Open(recoveryPoint: 8);

        Assert.Equal((0, 8), (recovered.LogStartOffset, recovered.LogEndOffset));
        Assert.Equal([new EpochEntry(0, 0), new(1, 2), new(2, 4), new(3, 6)], recovered.LeaderEpochs.Entries);
        Assert.Equal(new EpochEndOffset(1, 4), recovered.LeaderEpochs.EndOffsetFor(1, 8));
    }

    [Fact]
    public async Task A_log_start_that_was_written_down_holds_when_a_crash_undoes_retention()
    {
        var harness = new LogManagerHarness();
        var options = harness.Options() with { FileSystem = _disk };
        var manager = await LogManagerHarness.OpenAsync(options);
        var log = manager.GetOrCreate(LogManagerHarness.Partition(0), Guid.NewGuid(), _config with { RetentionBytes = 0 });
        Append(log, epoch: 0);
        Append(log, epoch: 0);
        log.Flush();
        log.UpdateHighWatermark(2);
        Assert.Equal(1, log.ApplyRetention(0));
        harness.Clock.Advance(TimeSpan.FromSeconds(61));

        var again = await LogManagerHarness.OpenAsync(options with { FileSystem = _disk.KeepOnlyPromises() });

        Assert.Equal(2, again.Get(LogManagerHarness.Partition(0))?.LogStartOffset);
    }

    [Fact]
    public void Epochs_come_back_over_a_whole_segment_between_one_without_index_and_one_that_was_not_flushed()
    {
        var log = Open();
        foreach (var epoch in (int[])[0, 1, 3])
        {
            Append(log, epoch);
            log.Roll();
        }

        log.Flush();

        // Retention shortened the checkpoint and had begun to rename the first segment when the power went.
        log.LeaderEpochs.TruncateFromStart(2);
        _disk.DeleteFile($"{Folder}/00000000000000000000.index");

        var recovered = Open(recoveryPoint: 2);

        Assert.Equal([new EpochEntry(0, 0), new(1, 1), new(3, 2)], recovered.LeaderEpochs.Entries);
    }

    [Fact]
    public void Times_are_found_behind_an_index_that_an_interrupted_recovery_emptied()
    {
        var log = Open();
        for (var i = 0; i < 3; i++)
        {
            Append(log, epoch: 0);
            log.Roll();
        }

        log.Flush();
        foreach (var suffix in (string[])["index", "timeindex"])
        {
            _disk.Open($"{Folder}/00000000000000000000.{suffix}", Samsa.Storage.Files.StorageFileMode.Truncate).Dispose();
        }

        Assert.Equal(0, Open(recoveryPoint: 3).OffsetForTimestamp(LogHarness.StartTime)?.Offset);
    }

    [Fact]
    public void A_transaction_does_not_stay_open_when_all_records_and_its_marker_are_lost()
    {
        var log = Open();
        var begin = new ModelBatch(0, ["open"], LogHarness.StartTime, 0, 3, 0, 0, true, null);
        Assert.Equal(ErrorCode.None, log.Append(ModelBytes.Of(begin), 0, AppendOrigin.Client).Error);
        log.Flush();
        log.Roll();
        var end = begin with { First = 1, Values = [""], Sequence = -1, Marker = true };
        Assert.Equal(ErrorCode.None, log.Append(ModelBytes.Of(end), 0, AppendOrigin.Coordinator).Error);
        Append(log, epoch: 0);
        _disk = _disk.KeepOnlyPromises();

        // Records were deleted up to 3, which a checkpoint says, and the last two of them had not reached the disk.
        var recovered = Open(recoveryPoint: 1, logStart: 3);
        recovered.UpdateHighWatermark(3);

        Assert.Equal((3, 3, 3), (recovered.LogStartOffset, recovered.LogEndOffset, recovered.LastStableOffset));
        Assert.Null(recovered.Producers.FirstUnstableOffset);
    }

    [Fact]
    public void Recovery_of_an_early_segment_keeps_the_epochs_of_the_later_ones()
    {
        var log = Open();
        Append(log, epoch: 3);
        log.Roll();
        Append(log, epoch: 3);
        log.Roll();
        Append(log, epoch: 4);
        log.Flush();

        // The recovery point says that the first segment is sound, so only the others are read.
        var recovered = Open(recoveryPoint: 1);

        Assert.Equal([new EpochEntry(3, 0), new(4, 2)], recovered.LeaderEpochs.Entries);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_sealed_segment_gives_its_reserved_space_back_durably(bool wasIdle)
    {
        _config = _config with { Preallocate = true, SegmentBytes = 1000 };
        var log = Open();
        Append(log, epoch: 0);
        log.Flush();
        for (var sweeps = 0; wasIdle && sweeps < 2; sweeps++)
        {
            // Closes the files that nobody used since the last time.
            log.ApplyRetention(0);
        }

        log.Roll();
        Append(log, epoch: 0);
        log.Flush();

        var sealedLength = _disk.KeepOnlyPromises().FileLength($"{Folder}/00000000000000000000.log");

        Assert.InRange(sealedLength, 1, 999);
    }

    [Fact]
    public void Reserved_space_behind_a_segment_costs_no_record_of_the_next()
    {
        var log = Open();
        Append(log, epoch: 0);
        log.Roll();
        Append(log, epoch: 0);
        log.Flush();
        using (var file = _disk.Open($"{Folder}/00000000000000000000.log", Samsa.Storage.Files.StorageFileMode.Existing))
        {
            // As Kafka with preallocate leaves it after a crash.
            file.SetLength(1000);
        }

        Assert.Equal(2, Open().LogEndOffset);
    }

    [Fact]
    public async Task A_log_start_that_was_written_down_holds_when_the_records_are_lost_and_the_power_goes_again()
    {
        var harness = new LogManagerHarness();
        var options = harness.Options() with { FileSystem = _disk };
        var manager = await LogManagerHarness.OpenAsync(options);
        var log = manager.GetOrCreate(LogManagerHarness.Partition(0), Guid.NewGuid(), _config);
        Append(log, epoch: 0);
        Append(log, epoch: 0);
        log.UpdateHighWatermark(2);
        Assert.Equal(ErrorCode.None, log.IncrementLogStartOffset(2));
        harness.Clock.Advance(TimeSpan.FromSeconds(61));
        _disk = _disk.KeepOnlyPromises();
        await LogManagerHarness.OpenAsync(options with { FileSystem = _disk });

        var again = await LogManagerHarness.OpenAsync(options with { FileSystem = _disk.KeepOnlyPromises() });

        Assert.Equal(2, again.Get(LogManagerHarness.Partition(0))?.LogStartOffset);
    }

    [Fact]
    public void A_torn_topic_id_that_nobody_names_again_does_not_stop_the_start_after_next()
    {
        var log = Open();
        log.AssignTopicId(Guid.NewGuid());
        Append(log, epoch: 0);
        log.Flush();
        _disk.Open($"{Folder}/partition.metadata", Samsa.Storage.Files.StorageFileMode.Truncate).Dispose();
        Open().Close();

        var again = Open(recoveryPoint: 1, cleanShutdown: true);

        Assert.Equal((1, null), (again.LogEndOffset, again.TopicId));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Lost_records_are_not_taken_for_compacted_ones_where_a_log_was_emptied(bool diesBeforeTheCheckpoints)
    {
        var options = new LogManagerHarness().Options() with { FileSystem = _disk };
        var manager = await LogManagerHarness.OpenAsync(options);
        var log = manager.GetOrCreate(LogManagerHarness.Partition(0), Guid.NewGuid(), _config);
        for (var i = 0; i < 5; i++)
        {
            Append(log, epoch: 0);
        }

        log.Flush();
        manager.Directories[0].Checkpoints.WriteCompactedTo(log.TopicPartition, 5);
        log.TruncateFullyAndStartAt(1);
        if (diesBeforeTheCheckpoints)
        {
            manager = await LogManagerHarness.OpenAsync(options);
            log = manager.Get(LogManagerHarness.Partition(0))!;
        }
        else
        {
            manager.Directories[0].WriteTruncation();
        }

        Append(log, epoch: 1);
        log.Roll();
        Append(log, epoch: 1);

        // The power cut takes the content of the first segment and leaves the second.
        _disk.Open($"{log.Directory}/00000000000000000001.log", Samsa.Storage.Files.StorageFileMode.Truncate).Dispose();

        var again = await LogManagerHarness.OpenAsync(options);

        Assert.Equal(1, again.Get(LogManagerHarness.Partition(0))?.LogEndOffset);
    }

    [Fact]
    public void A_log_whose_records_are_all_deleted_has_the_same_epochs_after_every_start()
    {
        var log = Open();
        Append(log, epoch: 3);
        Append(log, epoch: 3);
        log.Flush();
        var recovered = Open(recoveryPoint: 2, logStart: 2);
        var known = recovered.LeaderEpochs.Entries;
        recovered.Close();

        var again = Open(recoveryPoint: 2, cleanShutdown: true, logStart: 2);

        Assert.Equal(known, again.LeaderEpochs.Entries);
    }

    private PartitionLog Open(long recoveryPoint = 0, bool cleanShutdown = false, long logStart = 0) => PartitionLog.Open(new PartitionLogOptions
    {
        Directory = Folder,
        TopicPartition = new TopicPartition("t", 0),
        Config = _config,
        FileSystem = _disk,
        Scheduler = new ManualScheduler(),
        Producers = new() { FileSystem = _disk },
        RecoveryPoint = recoveryPoint,
        LogStartOffset = logStart,
        CleanShutdown = cleanShutdown,
    });

    private static void Append(PartitionLog log, int epoch)
    {
        var result = log.Append(LogHarness.Batch(LogHarness.StartTime, "value"), epoch, AppendOrigin.Client);
        Assert.Equal(ErrorCode.None, result.Error);
    }
}

using Samsa.Protocol;
using Samsa.Protocol.Records;
using Samsa.Storage;
using Samsa.UnitTests.Storage.Log;
using Xunit;
using static Samsa.UnitTests.Storage.Directories.LogManagerHarness;

namespace Samsa.UnitTests.Storage.Directories;

public sealed class LogMaintenanceTests
{
    private readonly LogManagerHarness _harness = new();

    [Fact]
    public async Task High_watermarks_are_written_every_five_seconds_and_the_rest_every_minute()
    {
        await using var manager = await _harness.OpenAsync();
        var log = manager.GetOrCreate(Partition(0), Guid.NewGuid(), LogConfig.Default);
        _harness.Append(log, "a", "b");
        log.IncrementLogStartOffset(1);
        log.Flush();

        _harness.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("0\n1\nt 0 2\n", _harness.Text($"{First}/replication-offset-checkpoint"));
        Assert.Equal("0\n0\n", _harness.Text($"{First}/recovery-point-offset-checkpoint"));

        _harness.Clock.Advance(TimeSpan.FromSeconds(55));
        Assert.Equal("0\n1\nt 0 2\n", _harness.Text($"{First}/recovery-point-offset-checkpoint"));
        Assert.Equal("0\n1\nt 0 1\n", _harness.Text($"{First}/log-start-offset-checkpoint"));
    }

    [Fact]
    public async Task Checkpoints_that_did_not_change_are_not_written_again()
    {
        await using var manager = await _harness.OpenAsync();
        manager.GetOrCreate(Partition(0), Guid.NewGuid(), LogConfig.Default);
        _harness.Clock.Advance(TimeSpan.FromMinutes(2));
        var flushes = _harness.Files.Flushes;

        _harness.Clock.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(flushes, _harness.Files.Flushes);
    }

    [Fact]
    public async Task Retention_runs_every_retention_check_interval()
    {
        var options = _harness.Options() with { RetentionCheckIntervalMs = 1000 };
        await using var manager = await OpenAsync(options);
        var log = manager.GetOrCreate(Partition(0), Guid.NewGuid(), LogConfig.Default with { RetentionMs = 500 });
        _harness.Append(log, "a");

        _harness.Clock.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Equal(0, log.LogStartOffset);
        _harness.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, log.LogStartOffset);
    }

    [Fact]
    public async Task Flush_ms_of_a_topic_is_enough_to_flush_it()
    {
        await using var manager = await _harness.OpenAsync();
        var log = manager.GetOrCreate(Partition(0), Guid.NewGuid(), LogConfig.Default with { FlushMs = 2500 });
        var unbounded = manager.GetOrCreate(Partition(1), Guid.NewGuid(), LogConfig.Default);
        _harness.Append(log, "a");
        _harness.Append(unbounded, "a");

        _harness.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(0, log.RecoveryPoint);
        _harness.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, log.RecoveryPoint);
        Assert.Equal(0, unbounded.RecoveryPoint);
    }

    [Fact]
    public async Task Producers_are_forgotten_after_their_expiration()
    {
        var options = _harness.Options() with { ProducerIdExpirationMs = 1000, ProducerIdExpirationCheckIntervalMs = 600 };
        await using var manager = await OpenAsync(options);
        var log = manager.GetOrCreate(Partition(0), Guid.NewGuid(), LogConfig.Default);
        var batch = new RecordBatchOptions { ProducerId = 9, ProducerEpoch = 0, BaseSequence = 0 };
        Assert.Equal(ErrorCode.None, log.Append(
            LogHarness.Batch(batch, _harness.Clock.Milliseconds, "a"), leaderEpoch: 0, AppendOrigin.Client).Error);

        _harness.Clock.Advance(TimeSpan.FromMilliseconds(600));
        Assert.Equal(1, log.Producers.Count);
        _harness.Clock.Advance(TimeSpan.FromMilliseconds(600));
        Assert.Equal(0, log.Producers.Count);
    }

    [Fact]
    public async Task After_the_close_no_timer_does_anything()
    {
        var manager = await _harness.OpenAsync();
        _harness.Append(manager.GetOrCreate(Partition(0), Guid.NewGuid(), LogConfig.Default), "a");
        await CloseAsync(manager);
        await CloseAsync(manager);
        var writes = _harness.Files.Writes;

        _harness.Clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal(writes, _harness.Files.Writes);
        Assert.Throws<ObjectDisposedException>(() => manager.GetOrCreate(Partition(1), Guid.NewGuid(), LogConfig.Default));
    }
}

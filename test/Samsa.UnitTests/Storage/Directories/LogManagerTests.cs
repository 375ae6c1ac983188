using Samsa.Protocol;
using Samsa.Storage;
using Xunit;
using static Samsa.UnitTests.Storage.Directories.LogManagerHarness;

namespace Samsa.UnitTests.Storage.Directories;

public sealed class LogManagerTests
{
    private static readonly Guid TopicId = Guid.Parse("11111111-2222-3333-4444-555555555555");
    private readonly LogManagerHarness _harness = new();

    [Fact]
    public async Task A_clean_stop_leaves_Kafkas_marks_and_the_next_start_takes_the_marker_away()
    {
        var manager = await _harness.OpenAsync();
        _harness.Append(manager.GetOrCreate(Partition(0), TopicId, LogConfig.Default), "a", "b", "c");
        await CloseAsync(manager);

        Assert.Equal("""{"version":0,"brokerEpoch":-1}""", _harness.Text($"{First}/.kafka_cleanshutdown"));
        Assert.Equal("0\n1\nt 0 3\n", _harness.Text($"{First}/recovery-point-offset-checkpoint"));
        Assert.Equal("0\n1\nt 0 3\n", _harness.Text($"{First}/replication-offset-checkpoint"));
        Assert.Equal("0\n0\n", _harness.Text($"{First}/log-start-offset-checkpoint"));
        Assert.Contains("broker.id=0\nversion=0\ncluster.id=cluster\n", _harness.Text($"{First}/meta.properties"), StringComparison.Ordinal);

        await using var again = await _harness.OpenAsync();
        Assert.False(_harness.Files.FileExists($"{First}/.kafka_cleanshutdown"));
        var log = again.Get(Partition(0));
        Assert.NotNull(log);
        Assert.Equal(3, log.LogEndOffset);
        Assert.Equal(3, log.HighWatermark);
        Assert.Equal(TopicId, log.TopicId);
    }

    [Fact]
    public async Task New_logs_go_to_the_directory_with_the_fewest()
    {
        await using var manager = await _harness.OpenAsync(First, Second);
        for (var i = 0; i < 5; i++)
        {
            manager.GetOrCreate(Partition(i), TopicId, LogConfig.Default);
        }

        Assert.Equal([3, 2], manager.Directories.Select(directory => directory.LogCount));
        Assert.Equal(5, manager.Logs.Count());
        Assert.Same(manager.Get(Partition(1)), manager.GetOrCreate(Partition(1), TopicId, LogConfig.Default));
    }

    [Theory]
    [InlineData("broker.id=7\nversion=0\ncluster.id=cluster\n", "belongs to broker 7, this is broker 0")]
    [InlineData("node.id=7\nversion=1\ncluster.id=cluster\n", "belongs to broker 7, this is broker 0")]
    [InlineData("broker.id=0\nversion=0\ncluster.id=other\n", "belongs to cluster other, this broker to cluster cluster")]
    [InlineData("broker.id=x\nversion=0\ncluster.id=cluster\n", "broker.id is 'x'")]
    public async Task A_directory_of_somebody_else_stops_the_start_and_names_both(string meta, string expected)
    {
        _harness.Files.WriteFile($"{First}/meta.properties", System.Text.Encoding.UTF8.GetBytes(meta));
        _harness.Files.WriteFile($"{Second}/.kafka_cleanshutdown", "{}"u8.ToArray());

        var failure = await Assert.ThrowsAsync<StorageException>(() => _harness.OpenAsync(Second, First));

        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.Contains("meta.properties", failure.Message, StringComparison.Ordinal);
        Assert.True(_harness.Files.FileExists($"{Second}/.kafka_cleanshutdown"), "The other directory was not used, so it is still clean.");
    }

    [Fact]
    public async Task Other_entries_are_left_alone_and_interrupted_deletions_are_finished()
    {
        foreach (var name in (string[])["lost+found", "t-0.0123456789abcdef0123456789abcdef-delete", "t-1.abc-future", "t-2.abc-stray",
            "__cluster_metadata-0", "no dash", "bad name-0", "t-x"])
        {
            _harness.Files.WriteFile($"{First}/{name}/file", [1]);
        }

        await using var manager = await _harness.OpenAsync();

        Assert.Empty(manager.Logs);
        await UntilAsync(() => !_harness.Files.DirectoryExists($"{First}/t-0.0123456789abcdef0123456789abcdef-delete"));
        Assert.Equal(7, _harness.Files.ListDirectories(First).Count);
    }

    [Fact]
    public async Task Deletion_renames_at_once_and_removes_after_the_delay()
    {
        await using var manager = await _harness.OpenAsync();
        var config = LogConfig.Default with { FileDeleteDelayMs = 1000 };
        _harness.Append(manager.GetOrCreate(Partition(0), TopicId, config), "a");

        Assert.True(manager.Delete(Partition(0)));

        Assert.Null(manager.Get(Partition(0)));
        Assert.False(_harness.Files.DirectoryExists($"{First}/t-0"));
        Assert.EndsWith("-delete", Assert.Single(_harness.Files.ListDirectories(First)), StringComparison.Ordinal);
        _harness.Clock.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Single(_harness.Files.ListDirectories(First));
        _harness.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Empty(_harness.Files.ListDirectories(First));
        Assert.False(manager.Delete(Partition(0)));
    }

    [Fact]
    public async Task A_new_log_does_not_inherit_the_checkpoints_of_a_deleted_one()
    {
        await using var manager = await _harness.OpenAsync();
        var log = manager.GetOrCreate(Partition(0), TopicId, LogConfig.Default);
        _harness.Append(log, "a", "b", "c");
        Assert.Equal(ErrorCode.None, log.IncrementLogStartOffset(2));
        log.Flush();
        _harness.Clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal("0\n1\nt 0 2\n", _harness.Text($"{First}/log-start-offset-checkpoint"));
        Assert.Equal("0\n1\nt 0 3\n", _harness.Text($"{First}/recovery-point-offset-checkpoint"));

        manager.Delete(Partition(0));
        manager.GetOrCreate(Partition(0), Guid.NewGuid(), LogConfig.Default);

        Assert.Equal("0\n0\n", _harness.Text($"{First}/log-start-offset-checkpoint"));
        Assert.Equal("0\n0\n", _harness.Text($"{First}/recovery-point-offset-checkpoint"));
        Assert.Equal("0\n0\n", _harness.Text($"{First}/replication-offset-checkpoint"));
    }

    [Fact]
    public async Task A_log_of_another_topic_id_is_put_aside()
    {
        await using var manager = await _harness.OpenAsync();
        _harness.Append(manager.GetOrCreate(Partition(0), TopicId, LogConfig.Default), "old");

        var log = manager.GetOrCreate(Partition(0), Guid.NewGuid(), LogConfig.Default);

        Assert.Equal(0, log.LogEndOffset);
        Assert.Same(log, manager.Get(Partition(0)));
        Assert.Single(_harness.Files.ListDirectories(First), path => path.EndsWith("-stray", StringComparison.Ordinal));
        Assert.Contains(_harness.Logger.Lines, line => line.StartsWith("Warning: The log t-0 on disk belongs to a topic that is gone", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_partition_in_two_directories_stops_the_start()
    {
        _harness.Files.CreateDirectory($"{First}/t-0");
        _harness.Files.CreateDirectory($"{Second}/t-0");

        var failure = await Assert.ThrowsAsync<StorageException>(() => _harness.OpenAsync(First, Second));

        Assert.Contains("t-0 is in two log directories", failure.Message, StringComparison.Ordinal);
        Assert.Contains(First, failure.Message, StringComparison.Ordinal);
        Assert.Contains(Second, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_directory_twice_is_refused() =>
        await Assert.ThrowsAsync<ArgumentException>(() => _harness.OpenAsync(First, First + "/"));

    [Fact]
    public async Task After_a_crash_logs_are_recovered_from_the_checkpoints()
    {
        var manager = await _harness.OpenAsync();
        var log = manager.GetOrCreate(Partition(0), TopicId, LogConfig.Default);
        _harness.Append(log, "a", "b", "c");
        log.IncrementLogStartOffset(1);
        log.Flush();
        _harness.Clock.Advance(TimeSpan.FromSeconds(61));
        _harness.Append(log, "lost");
        _harness.Files.Crash(new Random(1));

        await using var again = await _harness.OpenAsync();

        var recovered = again.Get(Partition(0));
        Assert.NotNull(recovered);
        Assert.InRange(recovered.LogEndOffset, 3, 4);
        Assert.Equal(1, recovered.LogStartOffset);
        Assert.InRange(recovered.HighWatermark, 3, recovered.LogEndOffset);
    }

    [Fact]
    public async Task A_malformed_checkpoint_counts_as_empty_and_is_reported()
    {
        await CloseAsync(await _harness.OpenAsync());
        _harness.Files.WriteFile($"{First}/recovery-point-offset-checkpoint", "0\n1\nnonsense\n"u8.ToArray());

        await using var manager = await _harness.OpenAsync();

        Assert.True(manager.Directories[0].IsOnline);
        Assert.Contains(_harness.Logger.Lines, line => line.Contains("counts as empty", StringComparison.Ordinal)
            && line.Contains("Line 3", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Many_logs_are_opened_again()
    {
        const int Count = 500;
        var manager = await _harness.OpenAsync();
        Assert.Equal(0, manager.Directories[0].LogCount);
        for (var i = 0; i < Count; i++)
        {
            _harness.Files.CreateDirectory($"{First}/t-{i}");
        }

        await CloseAsync(manager);
        await using var again = await _harness.OpenAsync();
        Assert.Equal(Count, again.Logs.Count());
    }

    [Fact]
    public async Task A_large_topic_is_there_before_its_files_which_follow()
    {
        const int Count = 40;
        await using var manager = await _harness.OpenAsync();
        var gate = new ManualResetEventSlim();
        _harness.Files.Fault = (operation, path) =>
        {
            if (operation == "open" && path.EndsWith("partition.metadata", StringComparison.Ordinal))
            {
                _harness.Files.Unlocked(() => Assert.True(gate.Wait(TimeSpan.FromSeconds(30))));
            }

            return null;
        };
        for (var i = 0; i < Count; i++)
        {
            Assert.Equal(0, manager.GetOrCreate(Partition(i), TopicId, LogConfig.Default, isNew: true).LogEndOffset);
        }

        Assert.True(_harness.Files.DirectoryExists($"{First}/t-15"));
        Assert.False(_harness.Files.DirectoryExists($"{First}/t-{Count - 1}"));
        Assert.Equal(Count, manager.Directories[0].LogCount);

        gate.Set();
        await UntilAsync(() => Enumerable.Range(0, Count).All(i => _harness.Files.FileExists($"{First}/t-{i}/00000000000000000000.log")));
        Assert.All(Enumerable.Range(0, Count), i => Assert.True(_harness.Files.FileExists($"{First}/t-{i}/partition.metadata")));
        Assert.Equal(0, _harness.Files.OpenHandles - 1);
    }

    [Fact]
    public async Task A_clean_stop_makes_the_files_that_are_still_missing()
    {
        var manager = await _harness.OpenAsync();
        var log = manager.GetOrCreate(Partition(99), TopicId, LogConfig.Default, isNew: true);
        await CloseAsync(manager);

        Assert.True(_harness.Files.FileExists($"{First}/t-99/00000000000000000000.log"));
        Assert.True(log.IsClosed);
        await using var again = await _harness.OpenAsync();
        Assert.Equal(TopicId, again.Get(Partition(99))?.TopicId);
    }

    [Fact]
    public async Task A_directory_that_fails_while_files_are_made_goes_offline()
    {
        await using var manager = await _harness.OpenAsync(First, Second);
        var offline = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        manager.DirectoryFailed += directory => offline.TrySetResult(directory.Path);
        _harness.Files.Fault = (operation, path) => operation == "open" && path.StartsWith(First, StringComparison.Ordinal) ? "no space left" : null;

        manager.GetOrCreate(Partition(0), TopicId, LogConfig.Default, isNew: true);

        Assert.Equal(First, await offline.Task.WaitAsync(TimeSpan.FromSeconds(120)));
        Assert.True(manager.Directories[1].IsOnline);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        var deadline = Environment.TickCount64 + 30_000;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < deadline, "The condition did not come true.");
            await Task.Yield();
        }
    }
}

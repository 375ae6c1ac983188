using Samsa.Storage;
using Samsa.Storage.Files;
using Xunit;
using static Samsa.UnitTests.Storage.Directories.LogManagerHarness;

namespace Samsa.UnitTests.Storage.Directories;

public sealed class LogDirectoryFailureTests
{
    private readonly LogManagerHarness _harness = new();

    [Fact]
    public async Task A_failing_directory_goes_offline_and_the_others_go_on()
    {
        await using var manager = await _harness.OpenAsync(First, Second);
        var failed = new List<string>();
        var all = 0;
        manager.DirectoryFailed += directory => failed.Add(directory.Path);
        manager.AllDirectoriesFailed += () => all++;
        var a = manager.GetOrCreate(Partition(0), Guid.NewGuid(), LogConfig.Default);
        var b = manager.GetOrCreate(Partition(1), Guid.NewGuid(), LogConfig.Default);

        manager.ReportFailure(a, new StorageException(a.Directory, "I/O error"));
        manager.ReportFailure(a, new StorageException(a.Directory, "I/O error again"));

        Assert.Equal([First], failed);
        Assert.Equal(0, all);
        Assert.Null(manager.Get(Partition(0)));
        Assert.True(manager.IsOffline(Partition(0)));
        Assert.Same(b, manager.Get(Partition(1)));
        Assert.Contains("I/O error", manager.Directories[0].Error, StringComparison.Ordinal);
        Assert.Equal([b], manager.Logs);

        var refused = Assert.Throws<StorageException>(() => manager.GetOrCreate(Partition(0), Guid.NewGuid(), LogConfig.Default));
        Assert.Contains("is offline", refused.Message, StringComparison.Ordinal);
        Assert.Throws<StorageException>(() => manager.GetOrCreate(Partition(2), Guid.NewGuid(), LogConfig.Default));
        Assert.StartsWith(Second, manager.GetOrCreate(Partition(2), Guid.NewGuid(), LogConfig.Default, isNew: true).Directory, StringComparison.Ordinal);

        manager.ReportFailure(b, new StorageException(b.Directory, "I/O error"));
        Assert.Equal(1, all);
        Assert.Contains(_harness.Logger.Lines, line => line.StartsWith("Critical: All log directories are offline", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_failing_checkpoint_takes_its_directory_offline_and_it_gets_no_clean_marker()
    {
        var manager = await _harness.OpenAsync(First, Second);
        _harness.Append(manager.GetOrCreate(Partition(0), Guid.NewGuid(), LogConfig.Default), "a");
        _harness.Append(manager.GetOrCreate(Partition(1), Guid.NewGuid(), LogConfig.Default), "b");
        _harness.Files.Fault = (_, path) => path.StartsWith(First, StringComparison.Ordinal) ? "the disk is gone" : null;

        _harness.Clock.Advance(TimeSpan.FromSeconds(5));

        Assert.False(manager.Directories[0].IsOnline);
        Assert.True(manager.Directories[1].IsOnline);
        Assert.Equal("0\n1\nt 1 1\n", _harness.Text($"{Second}/replication-offset-checkpoint"));
        await CloseAsync(manager);
        Assert.False(_harness.Files.FileExists($"{First}/.kafka_cleanshutdown"));
        Assert.True(_harness.Files.FileExists($"{Second}/.kafka_cleanshutdown"));
    }

    [Fact]
    public async Task A_directory_that_fails_while_loading_goes_offline()
    {
        var first = await _harness.OpenAsync(First, Second);
        first.GetOrCreate(Partition(0), Guid.NewGuid(), LogConfig.Default);
        first.GetOrCreate(Partition(1), Guid.NewGuid(), LogConfig.Default);
        await CloseAsync(first);
        _harness.Files.WriteFile($"{First}/t-0/partition.metadata", "what"u8.ToArray());

        await using var manager = await _harness.OpenAsync(First, Second);

        Assert.False(manager.Directories[0].IsOnline);
        Assert.Contains("partition.metadata", manager.Directories[0].Error, StringComparison.Ordinal);
        Assert.NotNull(manager.Get(Partition(1)));
    }

    [Fact]
    public async Task Creation_goes_on_in_the_next_directory_when_one_fails()
    {
        await using var manager = await _harness.OpenAsync(First, Second);
        _harness.Files.Fault = (_, path) => path.StartsWith(First, StringComparison.Ordinal) ? "read-only file system" : null;

        var log = manager.GetOrCreate(Partition(0), Guid.NewGuid(), LogConfig.Default, isNew: true);

        Assert.StartsWith(Second, log.Directory, StringComparison.Ordinal);
        Assert.False(manager.Directories[0].IsOnline);
    }

    [Fact]
    public async Task Failing_background_work_takes_its_directory_offline()
    {
        await using var manager = await _harness.OpenAsync(First, Second);
        var config = LogConfig.Default with { SegmentBytes = 100 };
        var log = manager.GetOrCreate(Partition(0), Guid.NewGuid(), config);
        _harness.Append(log, "a");
        var offline = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        manager.DirectoryFailed += directory => offline.TrySetResult(directory.Path);
        _harness.Files.Fault = (operation, path) => operation == "flush" && path.EndsWith(".log", StringComparison.Ordinal) ? "I/O error" : null;

        _harness.Append(log, "b");

        Assert.Equal(First, await offline.Task.WaitAsync(TimeSpan.FromSeconds(120)));
    }

    [Fact]
    public async Task A_second_broker_on_the_same_directory_is_refused()
    {
        var path = Directory.CreateTempSubdirectory("samsa-lock-").FullName;
        try
        {
            var options = _harness.Options(path) with { FileSystem = PhysicalFileSystem.Instance };
            var first = await OpenAsync(options);

            var failure = await Assert.ThrowsAsync<StorageException>(() => OpenAsync(options));

            Assert.Contains(".lock", failure.Message, StringComparison.Ordinal);
            Assert.Contains("another process may be using", failure.Message, StringComparison.Ordinal);
            await CloseAsync(first);
            Assert.False(File.Exists(Path.Combine(path, ".lock")));
            await CloseAsync(await OpenAsync(options));
        }
        finally
        {
            Directory.Delete(path, recursive: true);
        }
    }
}

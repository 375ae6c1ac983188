using Samsa.Storage;
using Xunit;

namespace Samsa.UnitTests.Storage.Log;

public sealed class FlushTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly LogHarness _harness = new();

    public void Dispose() => _harness.Dispose();

    [Fact]
    public async Task Waiting_callers_share_a_flush()
    {
        _harness.AppendValues("a");
        using var entered = new SemaphoreSlim(0);
        using var go = new ManualResetEventSlim();
        var flushes = 0;
        _harness.Files.Fault = (operation, path) =>
        {
            if (operation == "flush" && path.EndsWith(".log", StringComparison.Ordinal) && Interlocked.Increment(ref flushes) == 1)
            {
                // The disk is busy with the first group; meanwhile others arrive.
                _harness.Files.Unlocked(() =>
                {
                    entered.Release();
                    go.Wait(Patience);
                });
            }

            return null;
        };

        var first = _harness.Log.FlushAsync(1);
        Assert.True(await entered.WaitAsync(Patience));
        var others = new List<Task>();
        for (var i = 0; i < 50; i++)
        {
            _harness.AppendValues("b");
            others.Add(_harness.Log.FlushAsync(_harness.Log.LogEndOffset));
        }

        Assert.DoesNotContain(others, task => task.IsCompleted);
        go.Set();
        await first.WaitAsync(Patience);
        await Task.WhenAll(others).WaitAsync(Patience);
        Assert.Equal(2, flushes);
        Assert.Equal(51, _harness.Log.RecoveryPoint);
        Assert.True(_harness.Log.FlushAsync(51).IsCompletedSuccessfully);
    }

    [Fact]
    public void A_flush_fails_when_the_file_was_removed_while_it_was_open()
    {
        _harness.AppendValues("a");
        _harness.Log.Flush();
        _harness.Files.DeleteFile(LogHarness.Directory + "/00000000000000000000.log");

        _harness.AppendValues("b");
        Assert.Throws<StorageException>(_harness.Log.Flush);

        Assert.Equal(1, _harness.Log.RecoveryPoint);
    }

    [Fact]
    public async Task A_failed_flush_fails_those_who_wait_and_moves_nothing()
    {
        _harness.AppendValues("a");
        _harness.Files.Fault = (operation, path) => operation == "flush" ? "bad disk" : null;
        await Assert.ThrowsAsync<StorageException>(() => _harness.Log.FlushAsync(1).WaitAsync(Patience));
        Assert.Throws<StorageException>(_harness.Log.Flush);
        Assert.Equal(0, _harness.Log.RecoveryPoint);
        _harness.Files.Fault = null;
        await _harness.Log.FlushAsync(1).WaitAsync(Patience);
        Assert.Equal(1, _harness.Log.RecoveryPoint);
    }

    [Fact]
    public void Flush_messages_flushes_by_itself()
    {
        _harness.Config = LogConfig.Default with { FlushMessages = 3 };
        _harness.AppendValues("a", "b");
        Assert.Equal(0, _harness.Log.RecoveryPoint);
        _harness.AppendValues("c");
        Assert.Equal(3, _harness.Log.RecoveryPoint);
        _harness.AppendValues("d");
        Assert.Equal(3, _harness.Log.RecoveryPoint);
    }

    [Fact]
    public void A_rolled_segment_is_flushed_in_the_background()
    {
        _harness.AppendValues("a");
        _harness.Log.Roll();
        _harness.AppendValues("b");
        Assert.Equal(0, _harness.Log.RecoveryPoint);
        Assert.Equal([TimeSpan.Zero], _harness.Scheduler.Delays);
        _harness.Scheduler.Run();
        Assert.Equal(1, _harness.Log.RecoveryPoint);
    }

    [Fact]
    public void Nothing_is_flushed_twice()
    {
        _harness.AppendValues("a");
        _harness.Log.Flush();
        var flushes = _harness.Files.Flushes;
        _harness.Log.Flush();
        Assert.Equal(flushes, _harness.Files.Flushes);
    }
}

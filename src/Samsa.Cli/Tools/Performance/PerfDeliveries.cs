using System.Collections.Concurrent;
using System.Globalization;
using Samsa.Client;
using Samsa.Client.Producer;

namespace Samsa.Cli.Tools.Performance;

/// <summary>
/// Hears of every record of <c>kafka-producer-perf-test</c>: counts those that were delivered and tells of the others. Owns the
/// <see cref="PendingSend"/> objects; watched records come from one sender, completed ones from any thread.
/// </summary>
internal sealed class PerfDeliveries(LatencyStats stats, ToolConsole console, TimeProvider time)
{
    private readonly ConcurrentQueue<PendingSend> _idle = new();
    private readonly Lock _gate = new();
    private string? _lastFailure;
    private long _failed;
    private long _unknown;
    private TaskCompletionSource? _all;

    /// <summary>Waits for the result of a record, in the background.</summary>
    public void Watch(ValueTask<RecordMetadata> delivery, long sentAt, int bytes, LatencyStats? steady)
    {
        Interlocked.Increment(ref _unknown);
        if (!_idle.TryDequeue(out var pending))
            pending = new PendingSend(this);
        pending.Watch(delivery, sentAt, bytes, steady);
    }

    /// <summary>Completes when it is known of every record what became of it; nothing more may be sent then.</summary>
    public Task AllAsync()
    {
        lock (_gate)
        {
            _all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (Volatile.Read(ref _unknown) == 0)
                _all.SetResult();
            return _all.Task;
        }
    }

    /// <summary>A record was delivered, or was not.</summary>
    public void Completed(PendingSend pending, long sentAt, int bytes, LatencyStats? steady, KafkaException? failure)
    {
        _idle.Enqueue(pending);
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (failure is null)
        {
            int latency = (int)(now - sentAt);
            stats.Record(latency, bytes, now);
            steady?.Record(latency, bytes, now);
        }
        else
        {
            Tell(failure);
        }

        if (Interlocked.Decrement(ref _unknown) == 0)
        {
            lock (_gate)
                _all?.TrySetResult();
        }
    }

    /// <summary>Says how many records were not delivered, if there were any.</summary>
    public void TellFailures()
    {
        lock (_gate)
        {
            if (_failed > 0)
                Error(string.Create(CultureInfo.InvariantCulture, $"ERROR {_failed} records were not delivered"));
        }
    }

    // All records of a batch fail for the same reason.
    private void Tell(KafkaException failure)
    {
        lock (_gate)
        {
            _failed++;
            if (failure.Message != _lastFailure)
                Error($"ERROR {failure.Message}");
            _lastFailure = failure.Message;
        }
    }

    private void Error(string line)
    {
        lock (console.Output)
            console.Error(line);
    }
}

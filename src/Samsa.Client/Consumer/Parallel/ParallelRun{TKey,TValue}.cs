using Samsa.Client.Consumer.Fetching;
using Samsa.Protocol;

namespace Samsa.Client.Consumer.Parallel;

/// <summary>
/// Processes records in parallel: as many workers as there is work for, up to the degree of parallelism.
/// Owns its queue and workers. One caller takes records (<see cref="Add"/>), workers of the pool process them; partitions come and go with the
/// caller. Lives for one call of RunAsync. The first failure that nobody decides on closes it.
/// </summary>
internal sealed class ParallelRun<TKey, TValue> : IParallelRun, IDisposable
{
    // For those who were told that nobody waits any more.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _failed = new();
    private readonly Func<ConsumerRecord<TKey, TValue>, RecordProcessing> _start;
    private readonly RecordProcessor<TKey, TValue> _process;
    private readonly ProcessingFailureHandler<TKey, TValue>? _onFailure;
    private readonly ProcessingOptions _options;
    private readonly TimeProvider _time;
    private readonly WorkQueue<TKey, TValue> _queue;
    private Exception? _failure;
    private int _workers;

    public ParallelRun(
        IWorkProgress progress,
        Func<ConsumerRecord<TKey, TValue>, RecordProcessing> start,
        RecordProcessor<TKey, TValue> process,
        ProcessingFailureHandler<TKey, TValue>? onFailure,
        ProcessingOptions options,
        TimeProvider time)
    {
        (_start, _process, _onFailure, _options, _time) = (start, process, onFailure, options, time);
        _queue = new WorkQueue<TKey, TValue>(options.Order, progress);
        Failed = _failed.Token;
    }

    /// <summary>Cancelled with the first failure.</summary>
    public CancellationToken Failed { get; }

    /// <summary>The first failure.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>Whether a record may be taken.</summary>
    public bool HasRoom => _queue.Count < _options.MaxPendingRecords;

    /// <summary>Set when there may be room.</summary>
    public AsyncSignal Room => _queue.Room;

    /// <summary>Takes a record that was handed out.</summary>
    public void Add(PartitionState state, int moves, in DecodedRecord<TKey, TValue> entry)
    {
        if (_queue.Add(state, moves, entry))
        {
            StartWorker();
        }
    }

    /// <inheritdoc/>
    public async Task RevokeAsync(IReadOnlyCollection<TopicPartition> partitions, bool isLost)
    {
        await WaitAsync(_queue.CloseAsync(partitions), isLost ? TimeSpan.Zero : _options.RevocationTimeout).ConfigureAwait(false);
        _queue.Drop(partitions);
    }

    /// <summary>Waits until all that was taken is finished, for as long as an end may take, and no longer than until a cancellation.</summary>
    public async Task DrainAsync(CancellationToken cancellation)
    {
        var start = _time.GetTimestamp();
        try
        {
            for (var left = _options.StopTimeout; _queue.Count > 0 && left > TimeSpan.Zero; left = _options.StopTimeout - _time.GetElapsedTime(start))
            {
                await Room.WaitAsync(left, _time, cancellation).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // It is to end now.
        }
    }

    /// <summary>
    /// Begins nothing more, and waits for what was begun; what does not end in time counts as not finished. Partitions go back to their first record that
    /// is not finished.
    /// </summary>
    public async Task StopAsync()
    {
        var idle = _queue.CloseAsync();
        await WaitAsync(idle, _options.StopTimeout).ConfigureAwait(false);
        _queue.DropAll();
        await WaitAsync(idle, Grace).ConfigureAwait(false);
    }

    public void Dispose() => _failed.Dispose();

    private async Task WaitAsync(Task task, TimeSpan limit)
    {
        try
        {
            await task.WaitAsync(limit, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Who still works, works for nobody.
        }
    }

    private void StartWorker()
    {
        if (TryComeIn())
        {
            _ = Task.Run(WorkAsync, CancellationToken.None);
        }
    }

    private bool TryComeIn()
    {
        var workers = Volatile.Read(ref _workers);
        while (workers < _options.DegreeOfParallelism)
        {
            var seen = Interlocked.CompareExchange(ref _workers, workers + 1, workers);
            if (seen == workers)
            {
                return true;
            }

            workers = seen;
        }

        return false;
    }

    // Works until there is nothing to begin.
    private async Task WorkAsync()
    {
        do
        {
            while (_queue.TryBegin(out var pending))
            {
                var isFinished = false;
                try
                {
                    isFinished = await TryProcessAsync(pending.Record!, pending.Partition.Token).ConfigureAwait(false);
                }
                finally
                {
                    _queue.End(pending, isFinished);
                }
            }

            Interlocked.Decrement(ref _workers);

            // A record may have come after the look, when this worker still counted.
        }
        while (_queue.HasReady && TryComeIn());
    }

    private async Task<bool> TryProcessAsync(ConsumerRecord<TKey, TValue> record, CancellationToken cancellation)
    {
        try
        {
            for (var attempt = 1; !cancellation.IsCancellationRequested && !Failed.IsCancellationRequested; attempt++)
            {
                if (await TryOnceAsync(record, attempt, cancellation).ConfigureAwait(false))
                {
                    return true;
                }
            }
        }
        catch (Exception e)
        {
            // Without a partition to count for, the record comes again, wherever.
            if (!cancellation.IsCancellationRequested)
            {
                Fail(e);
            }
        }

        return false;
    }

    // False when it is to be tried again.
    private async ValueTask<bool> TryOnceAsync(ConsumerRecord<TKey, TValue> record, int attempt, CancellationToken cancellation)
    {
        Exception cause;
        using (var processing = _start(record))
        {
            try
            {
                await _process(record, cancellation).ConfigureAwait(false);
                return true;
            }
            catch (Exception e)
            {
                processing.Fail(e);
                if (e is OperationCanceledException && cancellation.IsCancellationRequested)
                {
                    throw;
                }

                cause = e;
            }
        }

        var failure = new FailedProcessing<TKey, TValue> { Record = record, Cause = cause, Attempt = attempt };
        return (_onFailure is null ? ProcessingAction.Throw : await _onFailure(failure, cancellation).ConfigureAwait(false)) switch
        {
            ProcessingAction.Skip => true,
            ProcessingAction.Retry => false,
            _ => throw new ProcessingException(record.Partition, record.Offset, cause),
        };
    }

    private void Fail(Exception failure)
    {
        // Nothing more is begun, whoever takes records is still on his way to the end.
        _ = _queue.CloseAsync();
        if (Interlocked.CompareExchange(ref _failure, failure, null) is null)
        {
            _failed.Cancel();
        }
    }
}

using Microsoft.Extensions.Logging;
using Samsa.Client.Connections;

namespace Samsa.Client.Producer;

/// <summary>
/// Sends the ready batches of the partitions that one broker leads, several in a request, up to a number of requests at once.
/// Owns one loop and a timer; woken from any thread. Lives from the first partition of its broker until <see cref="DisposeAsync"/>.
/// A broker that cannot be reached leaves the batches where they are: they follow their partitions to another leader, or expire.
/// </summary>
internal sealed class BrokerSender : IAsyncDisposable
{
    private readonly WakeSignal _signal = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ProducerContext _context;
    private readonly int _nodeId;
    private readonly ITimer _timer;
    private readonly Task _running;
    private volatile PartitionQueue[] _partitions = [];
    private long _nextLook;
    private long _stuckSince;
    private int _requests;
    private int _first;

    public BrokerSender(ProducerContext context, int nodeId)
    {
        _context = context;
        _nodeId = nodeId;
        _timer = context.Time.CreateTimer(static state => ((BrokerSender)state!)._signal.Set(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _running = Task.Run(RunAsync);
    }

    /// <summary>The partitions that the broker leads; others' are left alone.</summary>
    public PartitionQueue[] Partitions
    {
        get => _partitions;
        set => _partitions = value;
    }

    /// <summary>Whether nothing may be queued again, because nobody would send it.</summary>
    public bool IsStopping => _stopping.IsCancellationRequested;

    /// <summary>Whether the broker has taken nothing for <c>partitioner.availability.timeout.ms</c>, although batches were ready.</summary>
    public bool IsStuck(long now) => Volatile.Read(ref _stuckSince) is var since and not 0 && now - since > _context.AvailabilityTicks;

    /// <summary>Makes the sender look at its partitions.</summary>
    public void Wake() => _signal.Set();

    /// <summary>Makes the sender look at its partitions at a timestamp of the clock or before; 0 for at once.</summary>
    public void WakeBy(long timestamp)
    {
        // The batch that this is about was queued before: either the loop's next look finds it, or this finds the loop's next look.
        Interlocked.MemoryBarrier();
        if (timestamp < Volatile.Read(ref _nextLook))
        {
            _signal.Set();
        }
    }

    /// <summary>Nothing is sent any more, and what comes back is not queued again.</summary>
    public async Task BeginStopAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        Wake();
    }

    /// <summary>Waits for the loop's end, after the connections have been closed, so that requests under way end too.</summary>
    public async ValueTask DisposeAsync()
    {
        await _running.ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested || Volatile.Read(ref _requests) > 0)
        {
            await _signal.WaitAsync().ConfigureAwait(false);
            try
            {
                if (!_stopping.IsCancellationRequested)
                {
                    await SendReadyAsync().ConfigureAwait(false);
                }
            }
            catch (Exception e) when (_stopping.IsCancellationRequested && e is OperationCanceledException or ObjectDisposedException)
            {
            }
            catch (KafkaException e)
            {
                HandleUnreachable(e);
            }
            catch (Exception e)
            {
                _context.Logger.LogError(e, "The sender to broker {Broker} failed and begins anew", _nodeId);
                LookAgainAfterBackoff();
            }
        }
    }

    private async ValueTask SendReadyAsync()
    {
        if (_context.AvailabilityTicks > 0)
        {
            NoteStuck();
        }

        while (Volatile.Read(ref _requests) < _context.MaxInFlight && !_stopping.IsCancellationRequested)
        {
            // From here on every change wakes: what this look misses, the next one sees.
            Volatile.Write(ref _nextLook, long.MaxValue);
            Interlocked.MemoryBarrier();
            var now = _context.Time.GetTimestamp();
            var due = NextDue(now);
            if (due > now)
            {
                LookAgainAt(due, now);
                return;
            }

            if (_context.IsIdempotent && _context.Identities.Current == ProducerIdentity.None)
            {
                await _context.Identities.EnsureAsync(_stopping.Token).ConfigureAwait(false);
            }

            var connection = await _context.Cluster.ConnectAsync(_nodeId, ConnectionPurpose.Produce, _stopping.Token).ConfigureAwait(false);
            var version = connection.Versions.Choose(ClientApis.Produce);
            var batches = Take();
            if (batches.Count == 0)
            {
                // What was due waits for something under way, whose answer wakes this loop.
                return;
            }

            Volatile.Write(ref _stuckSince, 0);
            Interlocked.Increment(ref _requests);
            _ = ExchangeAsync(new ProduceExchange(_context, this, connection, version, batches));
        }

        if (_context.AvailabilityTicks > 0)
        {
            NoteStuck();
        }
    }

    private async Task ExchangeAsync(ProduceExchange exchange)
    {
        try
        {
            await exchange.RunAsync().ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _requests);
            Wake();
            exchange.WakeOthers();
        }
    }

    // From the first look that finds something ready, until something is taken.
    private void NoteStuck()
    {
        var now = _context.Time.GetTimestamp();
        if (Volatile.Read(ref _requests) < _context.MaxInFlight ? NextDue(now) > now : !AnyWaiting())
        {
            Volatile.Write(ref _stuckSince, 0);
        }
        else if (Volatile.Read(ref _stuckSince) == 0)
        {
            Volatile.Write(ref _stuckSince, now);
        }
    }

    private bool AnyWaiting()
    {
        foreach (var partition in _partitions)
        {
            if (partition.HasWaiting)
            {
                return true;
            }
        }

        return false;
    }

    private long NextDue(long now)
    {
        var next = long.MaxValue;
        foreach (var partition in _partitions)
        {
            if (partition.HasWaiting)
            {
                next = Math.Min(next, partition.DueAt(this, now));
                if (next <= now)
                {
                    break;
                }
            }
        }

        return next;
    }

    private void LookAgainAt(long due, long now)
    {
        Volatile.Write(ref _nextLook, due);
        if (due != long.MaxValue)
        {
            // A millisecond at least: timers round down, and a look too early would only be repeated.
            var wait = _context.Time.GetElapsedTime(now, due);
            _timer.Change(wait < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : wait, Timeout.InfiniteTimeSpan);
        }
    }

    // One batch of a partition at most: a broker refuses several. Each round begins with another partition, so that none starves.
    private List<ProducerBatch> Take()
    {
        List<ProducerBatch> batches = [];
        var partitions = _partitions;
        var now = _context.Time.GetTimestamp();
        var identity = _context.IsIdempotent ? _context.Identities.Current : ProducerIdentity.None;
        long room = int.MaxValue;
        _first = partitions.Length == 0 ? 0 : (_first + 1) % partitions.Length;
        for (var i = 0; i < partitions.Length; i++)
        {
            var partition = partitions[(_first + i) % partitions.Length];
            if (partition.HasWaiting && partition.TryTake(this, now, room, identity) is { } batch)
            {
                // The first one may be larger than what a request may have: it cannot be made smaller.
                room = (batches.Count == 0 ? _context.MaxRequestSize : room) - batch.UncompressedSize;
                batches.Add(batch);
            }
        }

        return batches;
    }

    private void HandleUnreachable(KafkaException failure)
    {
        if (failure.IsRetriable)
        {
            // The leader may be another one already. The connection waits out its own back-off at the next attempt.
            _context.Cluster.Metadata.Invalidate();
            LookAgainAfterBackoff();
            return;
        }

        // Nothing will change for these: no identity is given, or the broker is too old.
        _context.Logger.LogError("Broker {Broker} cannot be produced to: {Reason}", _nodeId, failure.Message);
        List<ProducerBatch> lost = [];
        foreach (var partition in _partitions)
        {
            if (partition.Sender == this)
            {
                partition.TakeAll(lost);
            }
        }

        foreach (var batch in lost)
        {
            _context.Fail(batch, failure);
            batch.Release();
        }
    }

    private void LookAgainAfterBackoff()
    {
        var now = _context.Time.GetTimestamp();
        LookAgainAt(now + _context.Ticks(_context.RetryBackoff.After(1)), now);
    }
}

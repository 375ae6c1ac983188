using System.Diagnostics.CodeAnalysis;
using Samsa.Protocol;

namespace Samsa.Client.Consumer.Fetching;

/// <content>The caller's end: what was fetched is taken in the order of its arrival.</content>
internal sealed partial class Assignment
{
    private readonly Queue<FetchedPartition> _queue = new();
    private readonly Dictionary<int, long> _used = [];
    private int _nodes = 1;
    private bool _starved;
    private bool _closed;

    /// <summary>Bytes of answers that are queued, read, or on their way.</summary>
    public long UsedBytes
    {
        get
        {
            lock (Gate)
            {
                return _used.Values.Sum();
            }
        }
    }

    /// <summary>Takes the next piece; its failure becomes the caller's.</summary>
    /// <exception cref="ConsumeException">A partition failed, and everything before that was taken.</exception>
    public bool TryTake([NotNullWhen(true)] out FetchedPartition? fetched)
    {
        lock (Gate)
        {
            while (_queue.TryDequeue(out fetched))
            {
                if (fetched.Generation != fetched.State.Generation)
                {
                    fetched.Release();
                    continue;
                }

                if (!fetched.IsFailure)
                {
                    return true;
                }

                Settle(fetched);
            }
        }

        return false;
    }

    /// <summary>Whether the next piece in the queue is a failure.</summary>
    public bool NextFails
    {
        get
        {
            lock (Gate)
            {
                return _queue.TryPeek(out var next) && next.IsFailure;
            }
        }
    }

    /// <summary>Whether what was taken is still wanted: no seek, no pause, no other assignment came between.</summary>
    public bool IsCurrent(PartitionState state, int generation)
    {
        lock (Gate)
        {
            return generation == state.Generation;
        }
    }

    /// <summary>Moves the position behind what is handed out now; false when it is no longer wanted.</summary>
    public bool TryAdvance(PartitionState state, int generation, long position, int epoch)
    {
        lock (Gate)
        {
            if (state.Generation != generation)
            {
                return false;
            }

            state.Position = position;
            state.PositionEpoch = epoch;
            HandOut(state);
            return true;
        }
    }

    /// <summary>The records at <paramref name="position"/> cannot be handed out: they are fetched again when the caller goes on.</summary>
    public void Rewind(PartitionState state, int generation, long position)
    {
        lock (Gate)
        {
            if (state.Generation != generation)
            {
                return;
            }

            state.Position = position;
            Forget(state);
            Delay(state);
        }

        Changed();
    }

    /// <summary>The caller stopped at <paramref name="position"/>, in the middle of what it took; the rest is fetched again.</summary>
    public void Return(PartitionState state, int generation, long position)
    {
        lock (Gate)
        {
            if (state.Generation != generation)
            {
                return;
            }

            state.Position = position;
            Forget(state);
        }

        Changed();
    }

    /// <summary>Memory of a broker's answer is free again.</summary>
    public void GiveBack(int node, long bytes)
    {
        bool wake;
        lock (Gate)
        {
            _used[node] -= bytes;
            wake = _starved;
            _starved = false;
        }

        if (wake)
        {
            Changed();
        }
    }

    /// <summary>Frees what nobody will take any more.</summary>
    public void Close()
    {
        lock (Gate)
        {
            _closed = true;
            while (_queue.TryDequeue(out var fetched))
            {
                fetched.Release();
            }
        }
    }

    private void Enqueue(FetchedPartition fetched)
    {
        if (_closed)
        {
            fetched.Release();
            return;
        }

        _queue.Enqueue(fetched);
        DataArrived.Set();
    }

    private void Purge(PartitionState state)
    {
        for (var left = _queue.Count; left > 0; left--)
        {
            var fetched = _queue.Dequeue();
            if (fetched.State == state)
            {
                fetched.Release();
            }
            else
            {
                _queue.Enqueue(fetched);
            }
        }
    }

    private void Fail(PartitionState state, ErrorCode error, string message, Exception? inner = null) =>
        Fail(state, new ConsumeException(error, state.Id, state.FetchOffset, message, inner));

    private void Fail(PartitionState state, ConsumeException failure)
    {
        state.Phase = PartitionPhase.Failed;
        Enqueue(new FetchedPartition(state, failure));
    }

    // Everything before the failure was handed out, so that the position is where it happened.
    private void Settle(FetchedPartition fetched)
    {
        var state = fetched.State;
        if (fetched.Failure is null && options.AutoOffsetReset != AutoOffsetReset.None)
        {
            Start(state);
            Changed();
            return;
        }

        var failure = fetched.Failure ?? new ConsumeException(
            ErrorCode.OffsetOutOfRange,
            state.Id,
            state.Position,
            $"Offset {state.Position} of {state.Id} is not in the log, and auto.offset.reset is none: seek to go on.");
        if (state.Position >= 0)
        {
            Forget(state);
            Delay(state);
            Changed();
        }
        else if (state.AwaitsCommitted)
        {
            state.Phase = PartitionPhase.Committed;
            Delay(state);
            Changed();
        }
        else if (state.ResetTo == 0)
        {
            // Nobody said where to begin: it fails again and again until the caller names a place.
            Fail(state, failure);
        }
        else
        {
            state.Phase = PartitionPhase.Resetting;
            Delay(state);
            Changed();
        }

        throw failure;
    }

    private void Delay(PartitionState state)
    {
        state.Failures++;
        state.NotBefore = After(_backoff.After(state.Failures));
    }

    private long After(TimeSpan wait) =>
        options.TimeProvider.GetTimestamp() + (long)(wait.TotalSeconds * options.TimeProvider.TimestampFrequency);
}

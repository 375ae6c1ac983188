using Samsa.Client.Connections;
using Samsa.Protocol;
using Samsa.Protocol.Records;

namespace Samsa.Client.Consumer.Fetching;

/// <summary>
/// The partitions of a consumer, with their positions and what was fetched of them ahead.
/// Owns the states, the queue of fetched data and the budget for its memory, all under one short lock. Entered by the caller's threads,
/// the fetchers and the position resolvers. Lives with the consumer; afterwards the queue takes nothing more. What fails in a partition
/// waits in the queue behind its records, so that the caller gets all before it.
/// </summary>
internal sealed partial class Assignment(ConsumerOptions options)
{
    private readonly Dictionary<TopicPartition, PartitionState> _partitions = [];
    private readonly Backoff _backoff = new(options.RetryBackoff, options.RetryBackoffMax);
    private TaskCompletionSource _resolved = NewSignal();

    public Lock Gate { get; } = new();

    /// <summary>Set when there is something to take.</summary>
    public AsyncSignal DataArrived { get; } = new();

    /// <summary>Called when partitions may have to be fetched, looked up or moved to another broker.</summary>
    public required Action Changed { get; init; }

    /// <summary>Completes when the next positions become known.</summary>
    public Task Resolved => Volatile.Read(ref _resolved).Task;

    /// <summary>Replaces the partitions; one that stays and has no new place keeps its position.</summary>
    /// <returns>The topics that are no longer assigned.</returns>
    public IReadOnlyCollection<string> Assign(IReadOnlyCollection<(TopicPartition Partition, TopicPartitionOffset? Place)> wanted)
    {
        HashSet<string> gone;
        lock (Gate)
        {
            gone = new(_partitions.Keys.Select(p => p.Topic), StringComparer.Ordinal);
            HashSet<TopicPartition> left = [.. _partitions.Keys];
            foreach (var (partition, place) in wanted)
            {
                gone.Remove(partition.Topic);
                var known = _partitions.TryGetValue(partition, out var state);
                left.Remove(partition);
                if (!known)
                {
                    state = new PartitionState(partition);
                    _partitions.Add(partition, state);
                }

                if (place is { } there)
                {
                    Move(state!, there);
                }
                else if (!known)
                {
                    Begin(state!);
                }
            }

            foreach (var partition in left)
            {
                _partitions.Remove(partition, out var state);
                Forget(state!);
            }
        }

        Changed();
        return gone;
    }

    /// <summary>Gives partitions back; the others stay as they are.</summary>
    public void Remove(IEnumerable<TopicPartition> partitions)
    {
        lock (Gate)
        {
            foreach (var partition in partitions)
            {
                if (_partitions.Remove(partition, out var state))
                {
                    Forget(state);
                }
            }
        }

        Changed();
    }

    /// <summary>Whether all of them are assigned.</summary>
    public bool HasAll(IEnumerable<TopicPartition> partitions)
    {
        lock (Gate)
        {
            foreach (var partition in partitions)
            {
                if (!_partitions.ContainsKey(partition))
                {
                    return false;
                }
            }

            return true;
        }
    }

    public TopicPartition[] Partitions()
    {
        lock (Gate)
        {
            return [.. _partitions.Keys];
        }
    }

    public TopicPartition[] Paused()
    {
        lock (Gate)
        {
            return [.. _partitions.Values.Where(s => s.Paused).Select(s => s.Id)];
        }
    }

    /// <exception cref="InvalidOperationException">The partition is not assigned.</exception>
    public void Seek(TopicPartitionOffset place)
    {
        lock (Gate)
        {
            Move(Find(place.Partition), place);
        }

        Changed();
    }

    /// <exception cref="InvalidOperationException">A partition is not assigned.</exception>
    public void Pause(IEnumerable<TopicPartition> partitions)
    {
        lock (Gate)
        {
            foreach (var partition in partitions)
            {
                var state = Find(partition);
                if (!state.Paused)
                {
                    // What was fetched ahead would hold memory that the other partitions need.
                    if (state.Position >= 0)
                    {
                        Forget(state);
                    }

                    state.Paused = true;
                }
            }
        }
    }

    /// <exception cref="InvalidOperationException">A partition is not assigned.</exception>
    public void Resume(IEnumerable<TopicPartition> partitions)
    {
        lock (Gate)
        {
            foreach (var partition in partitions)
            {
                Find(partition).Paused = false;
            }
        }

        Changed();
    }

    /// <exception cref="InvalidOperationException">The partition is not assigned.</exception>
    public TopicPartitionOffset? Position(TopicPartition partition)
    {
        lock (Gate)
        {
            var state = Find(partition);
            return state.Position < 0 ? null : new TopicPartitionOffset(partition, state.Position, state.PositionEpoch);
        }
    }

    /// <summary>The records behind the position, null while that is not known.</summary>
    public long? Lag(TopicPartition partition)
    {
        lock (Gate)
        {
            return LagOf(Find(partition));
        }
    }

    /// <summary>The lag of every partition where it is known.</summary>
    public List<(TopicPartition Partition, long Lag)> Lags()
    {
        List<(TopicPartition Partition, long Lag)> lags = [];
        lock (Gate)
        {
            foreach (var state in _partitions.Values)
            {
                if (LagOf(state) is { } lag)
                {
                    lags.Add((state.Id, lag));
                }
            }
        }

        return lags;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private PartitionState Find(TopicPartition partition) => _partitions.TryGetValue(partition, out var state)
        ? state
        : throw new InvalidOperationException($"Partition {partition} is not assigned to this consumer.");

    private long? LagOf(PartitionState state)
    {
        var end = options.IsolationLevel == IsolationLevel.ReadCommitted ? state.LastStableOffset : state.HighWatermark;
        return end < 0 || state.Position < 0 ? null : Math.Max(0, end - state.Position);
    }

    /// <summary>Begins where the group says, if there is one.</summary>
    private void Begin(PartitionState state)
    {
        if (options.GroupId is null)
        {
            Start(state);
            return;
        }

        Forget(state);
        state.AwaitsCommitted = true;
        state.Phase = PartitionPhase.Committed;
    }

    /// <summary>Begins where <c>auto.offset.reset</c> says.</summary>
    private void Start(PartitionState state)
    {
        switch (options.AutoOffsetReset)
        {
            case AutoOffsetReset.Earliest:
                Reset(state, TopicPartitionOffset.Beginning);
                break;
            case AutoOffsetReset.Latest:
                Reset(state, TopicPartitionOffset.End);
                break;
            case AutoOffsetReset.ByDuration:
                Reset(state, Math.Max(1, (options.TimeProvider.GetUtcNow() - options.AutoOffsetResetDuration).ToUnixTimeMilliseconds()));
                break;
            default:
                Fail(state, ErrorCode.OffsetOutOfRange, $"{state.Id} has no position, and auto.offset.reset is none: seek, or assign with an offset.");
                break;
        }
    }

    private void Move(PartitionState state, TopicPartitionOffset place)
    {
        if (place.Offset < 0)
        {
            Reset(state, place.Offset);
            return;
        }

        state.Position = place.Offset;
        state.PositionEpoch = place.LeaderEpoch;
        state.StoredOffset = place.Offset;
        state.StoredEpoch = place.LeaderEpoch;
        state.Moves++;
        Forget(state);
        state.Phase = place.LeaderEpoch >= 0 ? PartitionPhase.Validating : PartitionPhase.Fetching;
        SignalResolved();
    }

    private void Reset(PartitionState state, long to)
    {
        state.Position = -1;
        state.PositionEpoch = RecordBatch.NoPartitionLeaderEpoch;
        state.Moves++;
        Forget(state);
        state.Phase = PartitionPhase.Resetting;
        state.ResetTo = to;
    }

    /// <summary>Throws away what was fetched ahead or is on its way; the fetch goes on at the position.</summary>
    private void Forget(PartitionState state)
    {
        state.Generation++;
        state.AwaitsCommitted = false;
        state.FetchOffset = state.Position;
        state.FetchEpoch = state.PositionEpoch;
        state.NotBefore = 0;
        state.Failures = 0;
        Purge(state);
        if (state.Phase == PartitionPhase.Failed && state.Position >= 0)
        {
            state.Phase = PartitionPhase.Fetching;
        }
    }

    private void SignalResolved() => Interlocked.Exchange(ref _resolved, NewSignal()).TrySetResult();
}

using System.Diagnostics.CodeAnalysis;
using Samsa.Client.Consumer.Fetching;
using Samsa.Protocol;

namespace Samsa.Client.Consumer.Parallel;

/// <summary>
/// Records that were taken and are not finished: which may be begun, and up to where each partition is finished without a gap.
/// Owns its lanes and partitions under one lock, which is held while an offset is stored, so that offsets do not go back. Entered by the one who
/// takes records and by those who process them. Lives with one run. Runs no code of the user's.
/// </summary>
/// <param name="order">Which records wait for each other.</param>
/// <param name="progress">Where finished offsets go.</param>
internal sealed class WorkQueue<TKey, TValue>(ProcessingOrder order, IWorkProgress progress)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<LaneKey, WorkLane<TKey, TValue>> _lanes = [];
    private readonly Queue<WorkLane<TKey, TValue>> _ready = new();
    private readonly Dictionary<TopicPartition, PartitionWork<TKey, TValue>> _partitions = [];
    private int _count;
    private bool _isClosed;

    /// <summary>Set when records were finished.</summary>
    public AsyncSignal Room { get; } = new();

    /// <summary>How many records were taken and not finished, those included that are finished behind one that is not.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _count;
            }
        }
    }

    /// <summary>Whether a record waits to be begun.</summary>
    public bool HasReady
    {
        get
        {
            lock (_gate)
            {
                return !_isClosed && _ready.Count > 0;
            }
        }
    }

    /// <summary>Takes the next record of a partition; without one, a place that is passed without work.</summary>
    /// <param name="state">The partition.</param>
    /// <param name="moves">How often its position was moved from outside.</param>
    /// <param name="entry">The record.</param>
    /// <returns>Whether it waits for no other one.</returns>
    public bool Add(PartitionState state, int moves, in DecodedRecord<TKey, TValue> entry)
    {
        PartitionWork<TKey, TValue>? old = null;
        var isReady = false;
        lock (_gate)
        {
            if (!_partitions.TryGetValue(state.Id, out var work) || work.State != state || work.Moves != moves)
            {
                old = work;
                if (old is not null)
                {
                    old.IsClosed = true;
                    _count -= old.Count;
                }

                _partitions[state.Id] = work = new PartitionWork<TKey, TValue>(state, moves);
            }

            var lane = entry.Record is null ? null : FindLane(state.Id, entry.KeyHash);
            var pending = new PendingRecord<TKey, TValue>
            {
                Record = entry.Record,
                Partition = work,
                Lane = lane,
                Offset = entry.Record?.Offset ?? entry.NextOffset - 1,
                NextOffset = entry.NextOffset,
                Epoch = entry.Epoch,
                IsFinished = entry.Record is null,
            };
            work.Take(pending);
            _count++;
            if (lane is null)
            {
                Advance(work);
            }
            else
            {
                lane.Add(pending);
                isReady = lane.First == pending;
                if (isReady)
                {
                    _ready.Enqueue(lane);
                }
            }
        }

        old?.Dispose();
        return isReady;
    }

    /// <summary>Begins the next record, if one may be begun; its lane waits until <see cref="End"/>.</summary>
    public bool TryBegin([NotNullWhen(true)] out PendingRecord<TKey, TValue>? pending)
    {
        lock (_gate)
        {
            while (!_isClosed && _ready.TryDequeue(out var lane))
            {
                while (lane.First is { } first)
                {
                    if (!first.Partition.IsClosed && progress.IsWanted(first.Partition.State, first.Partition.Moves))
                    {
                        first.Partition.Begin();
                        pending = first;
                        return true;
                    }

                    lane.RemoveFirst();
                }

                Forget(lane);
            }
        }

        pending = null;
        return false;
    }

    /// <summary>A record that was begun is in work no more.</summary>
    /// <param name="pending">The record.</param>
    /// <param name="isFinished">Whether it need not come again.</param>
    public void End(PendingRecord<TKey, TValue> pending, bool isFinished)
    {
        lock (_gate)
        {
            var lane = pending.Lane!;
            lane.RemoveFirst();
            if (lane.First is null)
            {
                Forget(lane);
            }
            else
            {
                _ready.Enqueue(lane);
            }

            if (isFinished)
            {
                pending.IsFinished = true;
                pending.Record = null;
                Advance(pending.Partition);
            }

            pending.Partition.End();
        }

        Room.Set();
    }

    /// <summary>Begins no more records of these partitions; completes when those are finished that were begun.</summary>
    public Task CloseAsync(IEnumerable<TopicPartition> partitions)
    {
        List<Task> idle = [];
        lock (_gate)
        {
            foreach (var partition in partitions)
            {
                if (_partitions.TryGetValue(partition, out var work))
                {
                    work.IsClosed = true;
                    idle.Add(work.WhenIdle());
                }
            }
        }

        return Task.WhenAll(idle);
    }

    /// <summary>Forgets these partitions, which go back to their first record that is not finished: what is still in work counts no more.</summary>
    public void Drop(IEnumerable<TopicPartition> partitions)
    {
        List<PartitionWork<TKey, TValue>> dropped = [];
        lock (_gate)
        {
            foreach (var partition in partitions)
            {
                if (_partitions.Remove(partition, out var work))
                {
                    work.IsClosed = true;
                    _count -= work.Count;
                    dropped.Add(work);
                }
            }
        }

        GiveBack(dropped);
        Room.Set();
    }

    /// <summary>Begins nothing more; completes when what was begun is finished.</summary>
    public Task CloseAsync()
    {
        lock (_gate)
        {
            _isClosed = true;
            return Task.WhenAll(_partitions.Values.Select(static work => work.WhenIdle()));
        }
    }

    /// <summary>As <see cref="Drop"/>, for all.</summary>
    public void DropAll()
    {
        PartitionWork<TKey, TValue>[] all;
        lock (_gate)
        {
            all = [.. _partitions.Values];
            _partitions.Clear();
            _count = 0;
        }

        GiveBack(all);
    }

    private void GiveBack(IReadOnlyCollection<PartitionWork<TKey, TValue>> dropped)
    {
        foreach (var work in dropped)
        {
            if (work.Unfinished is { } first)
            {
                progress.GiveBack(work.State, work.Moves, first.Offset, work.Epoch);
            }
        }

        foreach (var work in dropped)
        {
            work.Dispose();
        }
    }

    private WorkLane<TKey, TValue> FindLane(TopicPartition partition, uint? keyHash)
    {
        if (order == ProcessingOrder.None || (order == ProcessingOrder.Key && keyHash is null))
        {
            return new WorkLane<TKey, TValue>(null);
        }

        var key = new LaneKey(partition, order == ProcessingOrder.Key ? keyHash!.Value : 0);
        if (!_lanes.TryGetValue(key, out var lane))
        {
            _lanes.Add(key, lane = new WorkLane<TKey, TValue>(key));
        }

        return lane;
    }

    private void Forget(WorkLane<TKey, TValue> lane)
    {
        if (lane.Key is { } key)
        {
            _lanes.Remove(key);
        }
    }

    private void Advance(PartitionWork<TKey, TValue> work)
    {
        // Results of a partition that was dropped, or moved elsewhere, do not count.
        if (!_partitions.TryGetValue(work.State.Id, out var current) || current != work)
        {
            return;
        }

        var before = work.Count;
        if (work.TryAdvance(out var offset))
        {
            _count -= before - work.Count;
            progress.Store(work.State, work.Moves, offset, work.Epoch);
        }
    }
}

using Samsa.Client.Consumer;
using Samsa.Client.Consumer.Fetching;
using Samsa.Client.Consumer.Parallel;
using Samsa.Protocol;
using Xunit;

namespace Samsa.UnitTests.Client.Consumer.Parallel;

/// <summary>A random life of a <see cref="WorkQueue{TKey,TValue}"/> beside a plain model of what it promises.</summary>
internal sealed class WorkModel : IWorkProgress
{
    private const int Partitions = 3;
    private const int Keys = 4;

    private readonly List<WorkModelPartition> _partitions = [];
    private readonly List<(PendingRecord<string, string> Pending, WorkModelPartition Of)> _running = [];
    private readonly WorkQueue<string, string> _queue;
    private readonly ProcessingOrder _order;
    private readonly Random _random;
    private readonly int _seed;

    public WorkModel(int seed)
    {
        _seed = seed;
        _random = new Random(seed);
        _order = (ProcessingOrder)_random.Next(3);
        _queue = new WorkQueue<string, string>(_order, this);
        for (var i = 0; i < Partitions; i++)
        {
            _partitions.Add(Make(new PartitionState(new TopicPartition("t", i)), 0, 0));
        }
    }

    public void Live(int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            switch (_random.Next(20))
            {
                case < 8:
                    Add();
                    break;
                case < 13:
                    Begin();
                    break;
                case < 18:
                    End(isFinished: _random.Next(10) > 0);
                    break;
                case 18:
                    Move();
                    break;
                default:
                    Drop();
                    break;
            }

            Check(_queue.Count == _partitions.Sum(partition => partition.Pending), $"{_queue.Count} are pending");
        }

        // Progress: what can be begun is, and what is finished counts.
        while (Begin() || _running.Count > 0)
        {
            while (_running.Count > 0)
            {
                End(isFinished: true);
            }
        }

        foreach (var partition in _partitions)
        {
            Check(partition.Stored == partition.FinishedTo, $"stored {partition.Stored}, finished to {partition.FinishedTo}");
            Check(partition.Taken.TrueForAll(taken => taken.IsFinished || taken.WasGivenUp), "a record was never begun");
        }
    }

    bool IWorkProgress.IsWanted(PartitionState state, int moves) =>
        _partitions.Exists(partition => partition.State == state && partition.Moves == moves);

    void IWorkProgress.Store(PartitionState state, int moves, long offset, int epoch)
    {
        var partition = _partitions.Find(one => one.State == state && one.Moves == moves);
        if (partition is null)
        {
            return;
        }

        Check(offset > partition.Stored, $"the offset went from {partition.Stored} to {offset}");
        partition.Stored = offset;
        Check(offset <= partition.FinishedTo, $"{offset} is stored, and finished is only what is before {partition.FinishedTo}");
    }

    void IWorkProgress.GiveBack(PartitionState state, int moves, long offset, int epoch)
    {
        if (_partitions.Find(one => one.State == state && one.Moves == moves) is not { } partition)
        {
            return;
        }

        Check(offset >= partition.FinishedTo, $"{offset} is given back, and everything before {partition.FinishedTo} is finished");
        Check(partition.Taken.Exists(taken => taken.Offset == offset && !taken.IsFinished), $"{offset} is given back");
    }

    private void Add()
    {
        var partition = _partitions[_random.Next(Partitions)];
        var offset = partition.Next + _random.Next(2);
        var isSkipped = _random.Next(10) == 0;
        uint? key = _random.Next(6) == 0 ? null : (uint)_random.Next(Keys);
        var next = offset + 1 + _random.Next(2);
        var taken = new WorkModelRecord(offset, next, LaneOf(key)) { IsFinished = isSkipped };
        partition.Taken.Add(taken);
        partition.Next = next;
        _queue.Add(partition.State, partition.Moves, new DecodedRecord<string, string>
        {
            Record = isSkipped ? null : new ConsumerRecord<string, string> { Partition = partition.State.Id, Offset = offset },
            NextOffset = next,
            Epoch = 1,
            KeyHash = key,
        });
    }

    private uint? LaneOf(uint? key) => _order switch
    {
        ProcessingOrder.Key => key,
        ProcessingOrder.Partition => 0,
        _ => null,
    };

    private bool Begin()
    {
        if (!_queue.TryBegin(out var pending))
        {
            return false;
        }

        var partition = _partitions.Find(one => one.State == pending.Partition.State && one.Moves == pending.Partition.Moves);
        Check(partition is not null, "a record of a partition that is gone was begun");
        var record = partition!.Taken.Find(taken => taken.Offset == pending.Offset)!;
        Check(!record.WasBegun, "a record was begun twice");
        record.WasBegun = true;
        if (record.Lane is { } lane)
        {
            Check(
                partition.Taken.TrueForAll(other => other.Lane != lane || other.Offset >= record.Offset || other.IsFinished || other.WasGivenUp),
                $"{record.Offset} was begun before another one of its key");
            Check(
                !_running.Exists(other => other.Pending.Partition.State.Id == pending.Partition.State.Id
                    && other.Of.Taken.Find(taken => taken.Offset == other.Pending.Offset)!.Lane == lane),
                "two of one key are in work");
        }

        _running.Add((pending, partition));
        return true;
    }

    private void End(bool isFinished)
    {
        if (_running.Count == 0)
        {
            return;
        }

        var (pending, partition) = _running[_random.Next(_running.Count)];
        _running.RemoveAll(one => one.Pending == pending);
        var record = partition.Taken.Find(taken => taken.Offset == pending.Offset)!;
        (record.IsFinished, record.WasGivenUp) = (isFinished, !isFinished);
        _queue.End(pending, isFinished);
    }

    // As a seek: the same partition, from somewhere else on.
    private void Move()
    {
        var i = _random.Next(Partitions);
        var old = _partitions[i];
        var at = _random.Next((int)old.Next + 1);
        _partitions[i] = Make(old.State, old.Moves + 1, at, old.Taken.Count > 0 ? old : old.Before);
    }

    private void Drop()
    {
        var i = _random.Next(Partitions);
        var old = _partitions[i];
        _ = _queue.CloseAsync([old.State.Id]);
        _queue.Drop([old.State.Id]);
        _partitions[i] = Make(new PartitionState(old.State.Id), 0, old.Stored);
    }

    private static WorkModelPartition Make(PartitionState state, int moves, long start, WorkModelPartition? before = null) =>
        new(state, moves) { Start = start, Next = start, Stored = start, Before = before };

    private void Check(bool holds, string what) => Assert.True(holds, $"Seed {_seed}: {what}.");
}

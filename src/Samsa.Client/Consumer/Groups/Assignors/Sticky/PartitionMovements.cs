namespace Samsa.Client.Consumer.Groups.Assignors.Sticky;

/// <summary>
/// Which partition went from whom to whom while the general algorithm balances. Before one of a topic goes from A to B it looks whether another one
/// went from B to A, and takes that one back instead, so that members do not swap partitions for nothing.
/// </summary>
internal sealed class PartitionMovements(AssignmentProblem problem)
{
    private readonly Dictionary<int, (int From, int To)> _movements = [];
    private readonly Dictionary<(int Topic, int From, int To), JavaOrder.PartitionSet> _byPair = [];

    /// <summary>The partition that should go from one member to another instead of <paramref name="partition"/>, or that one.</summary>
    public int BetterMove(int partition, int from, int to)
    {
        var topic = problem.TopicOf[partition];
        var origin = _movements.TryGetValue(partition, out var earlier) ? earlier.From : from;
        return _byPair.TryGetValue((topic, to, origin), out var back) ? problem.FirstPartition[topic] + back.First : partition;
    }

    /// <summary>Notes that a partition went from one member to another.</summary>
    public void Add(int partition, int from, int to)
    {
        var topic = problem.TopicOf[partition];
        var number = problem.NumberOf(partition);
        if (_movements.Remove(partition, out var earlier))
        {
            var pair = (topic, earlier.From, earlier.To);
            _byPair[pair].Remove(number);
            if (_byPair[pair].IsEmpty)
            {
                _byPair.Remove(pair);
            }

            if (earlier.From == to)
            {
                return;
            }

            from = earlier.From;
        }

        _movements.Add(partition, (from, to));
        if (!_byPair.TryGetValue((topic, from, to), out var moved))
        {
            _byPair.Add((topic, from, to), moved = new JavaOrder.PartitionSet(JavaOrder.HashOf(problem.Topics[topic].Name)));
        }

        moved.Add(number);
    }
}

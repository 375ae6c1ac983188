namespace Samsa.Client.Consumer.Groups.Assignors.Sticky;

/// <summary>
/// The sticky algorithm for members with different subscriptions: everybody keeps what it had, what is free goes to whom has least, and then
/// partitions move from members with many to members with few until no move makes it better.
/// </summary>
/// <remarks>
/// It decides as the Java client does, with one difference: a member that comes back from an earlier generation gets a partition back only where
/// it still subscribes to the topic. Java gives it away, or fails.
/// </remarks>
internal sealed class GeneralAssignment
{
    private readonly AssignmentProblem _problem;
    private readonly PartitionRacks _racks;
    private readonly List<int>[] _lists;
    private readonly Dictionary<int, int> _earlier;
    private readonly PartitionMovements _movements;
    private readonly int[] _subscribers;
    private readonly int[] _limits;
    private readonly int[] _ownerOf;
    private readonly SortedSet<(int Count, int Member)> _byCount = [];
    private BalanceWatch? _watch;

    public GeneralAssignment(AssignmentProblem problem, PartitionRacks racks, List<int>[] owned, Dictionary<int, int> earlier)
    {
        (_problem, _racks, _lists, _earlier) = (problem, racks, owned, earlier);
        _movements = new PartitionMovements(problem);
        _subscribers = new int[problem.Topics.Length];
        _limits = new int[problem.Members.Length];
        _ownerOf = new int[problem.PartitionCount];
        for (var member = 0; member < problem.Members.Length; member++)
        {
            foreach (var topic in problem.TopicsOf(member))
            {
                _subscribers[topic]++;
                _limits[member] += problem.Topics[topic].PartitionCount;
            }
        }
    }

    public List<int>[] Assign()
    {
        var isAssigned = new bool[_problem.PartitionCount];
        var isTaken = DropWhatCannotStay(isAssigned);
        List<int> all = [];
        foreach (var topic in Enumerable.Range(0, _subscribers.Length).OrderBy(topic => _subscribers[topic]))
        {
            all.AddRange(Enumerable.Range(_problem.FirstPartition[topic], _problem.Topics[topic].PartitionCount));
        }

        var free = all.FindAll(partition => !isAssigned[partition]);
        for (var member = 0; member < _lists.Length; member++)
        {
            _byCount.Add((_lists[member].Count, member));
        }

        var wasEmpty = _byCount.Max.Count == 0;
        foreach (var partition in _racks.AreUsed ? free.FindAll(partition => !TryGive(partition, nearOnly: true)) : free)
        {
            TryGive(partition, nearOnly: false);
        }

        Balance(all.FindAll(CanMove), free.FindAll(CanMove), isTaken, wasEmpty);
        return _lists;
    }

    // Answers whether a member lost something that it had.
    private bool DropWhatCannotStay(bool[] isAssigned)
    {
        var isTaken = false;
        for (var member = 0; member < _lists.Length; member++)
        {
            isTaken |= _lists[member].RemoveAll(
                partition => !_problem.IsSubscribed(member, _problem.TopicOf[partition]) || _racks.Mismatch(member, partition)) > 0;
            foreach (var partition in _lists[member])
            {
                _ownerOf[partition] = member;
                isAssigned[partition] = true;
            }
        }

        return isTaken;
    }

    private bool TryGive(int partition, bool nearOnly)
    {
        foreach (var (count, member) in _byCount)
        {
            if (_problem.IsSubscribed(member, _problem.TopicOf[partition]) && !(nearOnly && _racks.Mismatch(member, partition)))
            {
                _byCount.Remove((count, member));
                _lists[member].Add(partition);
                _ownerOf[partition] = member;
                _byCount.Add((count + 1, member));
                return true;
            }
        }

        return false;
    }

    private bool CanMove(int partition) => _subscribers[_problem.TopicOf[partition]] >= 2;

    private void Balance(List<int> all, List<int> free, bool isTaken, bool wasEmpty)
    {
        _byCount.RemoveWhere(entry => !CanTakePart(entry.Member));
        if (_byCount.Count == 0)
        {
            return;
        }

        var before = new Dictionary<int, List<int>>();
        _watch = new BalanceWatch(_problem, _lists, _limits);
        foreach (var (_, member) in _byCount)
        {
            before.Add(member, [.. _lists[member]]);
            foreach (var partition in _lists[member])
            {
                _watch.Got(member, partition);
            }
        }

        // At first only with what is new, so that the others keep what they have.
        if (!isTaken)
        {
            Move(free);
        }

        if (Move(all) && !wasEmpty && Score(before.Keys.Select(member => _lists[member])) >= Score(before.Values))
        {
            foreach (var (member, list) in before)
            {
                _lists[member] = list;
            }
        }
    }

    // A member that has all it can have, of topics that nobody else wants, stays as it is.
    private bool CanTakePart(int member) => _lists[member].Count < _limits[member] || _lists[member].Exists(CanMove);

    private bool Move(List<int> partitions)
    {
        var (hasMoved, movesOn) = (false, true);
        while (movesOn)
        {
            movesOn = false;
            foreach (var partition in partitions)
            {
                if (_watch!.IsBalanced(_byCount))
                {
                    break;
                }

                if (FindBetterOwner(partition) is >= 0 and var owner)
                {
                    Move(partition, owner);
                    (hasMoved, movesOn) = (true, true);
                }
            }
        }

        return hasMoved;
    }

    private int FindBetterOwner(int partition)
    {
        var topic = _problem.TopicOf[partition];
        var count = _lists[_ownerOf[partition]].Count;
        if (_earlier.TryGetValue(partition, out var earlier) && _problem.IsSubscribed(earlier, topic) && count > _lists[earlier].Count + 1)
        {
            return earlier;
        }

        foreach (var (least, member) in _byCount)
        {
            if (_problem.IsSubscribed(member, topic))
            {
                return count > least + 1 ? member : -1;
            }
        }

        return -1;
    }

    private void Move(int partition, int to)
    {
        partition = _movements.BetterMove(partition, _ownerOf[partition], to);
        var from = _ownerOf[partition];
        _byCount.Remove((_lists[from].Count, from));
        _byCount.Remove((_lists[to].Count, to));
        _movements.Add(partition, from, to);
        _lists[from].Remove(partition);
        _lists[to].Add(partition);
        _watch!.Lost(from, partition);
        _watch.Got(to, partition);
        _ownerOf[partition] = to;
        _byCount.Add((_lists[to].Count, to));
        _byCount.Add((_lists[from].Count, from));
    }

    // The differences of all pairs added up, which Java does in 32 bits.
    private static int Score(IEnumerable<List<int>> lists)
    {
        var counts = lists.Select(static list => list.Count).Order().ToArray();
        var score = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            score = unchecked(score + (counts[i] * ((2 * i) - counts.Length + 1)));
        }

        return score;
    }
}

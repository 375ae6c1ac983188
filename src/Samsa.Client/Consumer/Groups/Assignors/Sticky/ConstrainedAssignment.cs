namespace Samsa.Client.Consumer.Groups.Assignors.Sticky;

/// <summary>
/// The sticky algorithm for members that all subscribe to the same topics. Each ends with the same number of partitions, or some with one more:
/// first everybody keeps what it had up to its share, then those who are short are filled, if possible from their own racks.
/// </summary>
internal sealed class ConstrainedAssignment
{
    private readonly AssignmentProblem _problem;
    private readonly PartitionRacks _racks;
    private readonly List<int>[] _owned;
    private readonly HashSet<int> _disputed;
    private readonly List<int>[] _lists;
    private readonly bool[] _isKept;
    private readonly int[] _givenUpBy;
    private readonly Dictionary<int, int> _moving = [];
    private readonly List<int> _short = [];

    // Members with exactly the smaller share that may get one more; taken from the front.
    private readonly List<int> _even = [];
    private readonly int _least;
    private readonly int _most;
    private readonly int _largerExpected;
    private int _larger;
    private int _nextEven;

    public ConstrainedAssignment(AssignmentProblem problem, PartitionRacks racks, List<int>[] owned, HashSet<int> disputed)
    {
        (_problem, _racks, _owned, _disputed) = (problem, racks, owned, disputed);
        _lists = problem.EmptyLists();
        _isKept = new bool[problem.PartitionCount];
        _givenUpBy = new int[problem.PartitionCount];
        Array.Fill(_givenUpBy, -1);
        (_least, _largerExpected) = Math.DivRem(problem.PartitionCount, problem.Members.Length);
        _most = _least + (_largerExpected > 0 ? 1 : 0);
    }

    public StickyAssignment Assign()
    {
        foreach (var member in _problem.MembersByJava)
        {
            Keep(member, Wanted(member));
        }

        var free = new List<int>();
        for (var partition = 0; partition < _isKept.Length; partition++)
        {
            if (!_isKept[partition])
            {
                free.Add(partition);
            }
        }

        _short.Sort();
        _even.Sort();
        free = _racks.FewestNearbyFirst(free);
        if (_racks.AreUsed)
        {
            free = FillByRack(free);
        }

        Fill(free);
        return new StickyAssignment(_lists, _moving);
    }

    // By number and then by topic: so what is given up comes from all topics.
    private List<int> Wanted(int member)
    {
        var wanted = new List<int>();
        foreach (var partition in _owned[member])
        {
            if (_racks.Mismatch(member, partition))
            {
                _givenUpBy[partition] = member;
            }
            else if (!_disputed.Contains(partition))
            {
                wanted.Add(partition);
            }
        }

        wanted.Sort((a, b) => _problem.NumberOf(a).CompareTo(_problem.NumberOf(b)) is not 0 and var byNumber ? byNumber : a.CompareTo(b));
        return wanted;
    }

    private void Keep(int member, List<int> wanted)
    {
        var kept = wanted.Count;
        if (wanted.Count < _least)
        {
            _short.Add(member);
        }
        else if (wanted.Count >= _most && _larger < _largerExpected)
        {
            kept = _most;
            if (++_larger == _largerExpected)
            {
                _even.Clear();
            }
        }
        else
        {
            kept = _least;
            if (_larger < _largerExpected)
            {
                _even.Add(member);
            }
        }

        for (var i = 0; i < wanted.Count; i++)
        {
            if (i < kept)
            {
                _lists[member].Add(wanted[i]);
                _isKept[wanted[i]] = true;
            }
            else
            {
                _givenUpBy[wanted[i]] = member;
            }
        }
    }

    private List<int> FillByRack(List<int> free)
    {
        var left = new List<int>();
        var next = 0;
        foreach (var partition in free)
        {
            if (_racks.NextNear(partition, _short, next) is >= 0 and var place)
            {
                next = GiveToShort(partition, place);
            }
            else if (_racks.NextNear(partition, _even, 0) is >= 0 and var even)
            {
                GiveToEven(partition, even);
            }
            else
            {
                left.Add(partition);
            }
        }

        return left;
    }

    // Answers with the place to look from for the next one.
    private int GiveToShort(int partition, int place)
    {
        var member = _short[place];
        var count = Give(partition, member);
        if (count < _least)
        {
            place++;
        }
        else
        {
            _short.RemoveAt(place);
            if (count < _most && _larger < _largerExpected)
            {
                _even.Add(member);
            }
        }

        return _short.Count == 0 ? 0 : place % _short.Count;
    }

    private void GiveToEven(int partition, int place)
    {
        var member = _even[place];
        if (Give(partition, member) == _most)
        {
            _even.RemoveAt(place);
            if (++_larger == _largerExpected)
            {
                _even.Clear();
            }
        }
    }

    // In turns: those who are short by their ids, and then those who may have one more, in the order in which they got so far.
    private void Fill(List<int> free)
    {
        var turn = 0;
        foreach (var partition in free)
        {
            if (_short.Count == 0)
            {
                Give(partition, _even[_nextEven++]);
                continue;
            }

            turn = turn < _short.Count ? turn : 0;
            var member = _short[turn];
            if (Give(partition, member) == _least)
            {
                _short.RemoveAt(turn);
                _even.Add(member);
            }
            else
            {
                turn++;
            }
        }
    }

    private int Give(int partition, int member)
    {
        _lists[member].Add(partition);
        if ((_givenUpBy[partition] >= 0 && _givenUpBy[partition] != member) || _disputed.Contains(partition))
        {
            _moving[partition] = member;
        }

        return _lists[member].Count;
    }
}

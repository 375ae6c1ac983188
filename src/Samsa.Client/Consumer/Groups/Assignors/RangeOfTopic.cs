namespace Samsa.Client.Consumer.Groups.Assignors;

/// <summary>One topic while <see cref="RangeAssignor"/> shares it out. Consumers are counted from 0 in the order of <see cref="MemberOrder"/>.</summary>
internal sealed class RangeOfTopic
{
    private readonly int _first;
    private readonly int[] _consumers;
    private readonly string?[] _consumerRacks;
    private readonly string[][] _partitionRacks = [];
    private readonly int[] _given;
    private readonly bool[] _isTaken;
    private readonly int _share;
    private int _larger;
    private int _firstFree;

    public RangeOfTopic(AssignmentProblem problem, int topic, int[] consumers)
    {
        _first = problem.FirstPartition[topic];
        _consumers = consumers;
        _given = new int[consumers.Length];
        PartitionCount = problem.Topics[topic].PartitionCount;
        _isTaken = new bool[PartitionCount];
        (_share, _larger) = Math.DivRem(PartitionCount, consumers.Length);
        _consumerRacks = [.. consumers.Select(member => problem.Members[member].RackId is { Length: > 0 } rack ? rack : null)];
        KnowsRacks = Array.Exists(_consumerRacks, static rack => rack is not null);
        if (KnowsRacks)
        {
            _partitionRacks = [.. Enumerable.Range(_first, PartitionCount).Select(problem.RacksOf)];
            NeedsRacks = PartitionRacks.AreWorthLooking(_consumerRacks, _partitionRacks);
        }
    }

    /// <summary>Equal for topics that can be shared out alike: as many partitions, the same consumers.</summary>
    public static IEqualityComparer<RangeOfTopic> Alike { get; } = EqualityComparer<RangeOfTopic>.Create(
        static (one, other) => one!.PartitionCount == other!.PartitionCount && one._consumers.AsSpan().SequenceEqual(other._consumers),
        static range => HashCode.Combine(range.PartitionCount, range.ConsumerCount, range._consumers[0], range._consumers[^1]));

    public int PartitionCount { get; }

    public int ConsumerCount => _consumers.Length;

    /// <summary>Whether a consumer of the topic says where it is.</summary>
    public bool KnowsRacks { get; }

    /// <summary>Whether it matters for the topic which consumer gets what.</summary>
    public bool NeedsRacks { get; }

    /// <summary>Whether the consumer has a replica of the partition in its rack, or does not say where it is.</summary>
    public bool Matches(int consumer, int number) =>
        _consumerRacks[consumer] is not { } rack || Array.IndexOf(_partitionRacks[number], rack) >= 0;

    /// <summary>How many partitions the consumer can still get.</summary>
    public int Room(int consumer) => Math.Max(0, _share + (_larger > 0 ? 1 : 0) - _given[consumer]);

    /// <summary>Gives a consumer one partition.</summary>
    public void Give(List<int>[] lists, int consumer, int number)
    {
        Take(lists, consumer, number);
        Settle(consumer, 1);
    }

    /// <summary>Fills the consumers one after the other.</summary>
    public void Assign(List<int>[] lists, bool onlyInRack)
    {
        for (var consumer = 0; consumer < _consumers.Length && _firstFree < PartitionCount; consumer++)
        {
            var (room, given) = (Room(consumer), 0);
            for (var number = _firstFree; number < PartitionCount && given < room; number++)
            {
                if (!_isTaken[number] && (!onlyInRack || Matches(consumer, number)))
                {
                    Take(lists, consumer, number);
                    given++;
                }
            }

            Settle(consumer, given);
        }
    }

    private void Take(List<int>[] lists, int consumer, int number)
    {
        lists[_consumers[consumer]].Add(_first + number);
        _isTaken[number] = true;
    }

    private void Settle(int consumer, int given)
    {
        while (_firstFree < PartitionCount && _isTaken[_firstFree])
        {
            _firstFree++;
        }

        _given[consumer] += given;
        if (given > 0 && _given[consumer] > _share)
        {
            _larger--;
        }
    }
}

namespace Samsa.Client.Consumer.Groups.Assignors;

/// <summary>Where members and partitions are, for the sticky assignors (KIP-881).</summary>
internal sealed class PartitionRacks
{
    private readonly string?[] _members;
    private readonly string[][] _partitions = [];
    private readonly int[] _consumersNearby = [];

    public PartitionRacks(AssignmentProblem problem)
    {
        _members = [.. problem.Members.Select(static member => member.RackId is { Length: > 0 } rack ? rack : null)];
        var consumers = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var rack in _members)
        {
            if (rack is not null)
            {
                consumers[rack] = consumers.GetValueOrDefault(rack) + 1;
            }
        }

        if (consumers.Count == 0)
        {
            return;
        }

        _partitions = [.. Enumerable.Range(0, problem.PartitionCount).Select(problem.RacksOf)];
        _consumersNearby = [.. _partitions.Select(racks => racks.Sum(rack => consumers.GetValueOrDefault(rack)))];
        AreUsed = AreWorthLooking(_members, _partitions);
    }

    /// <summary>Whether members should get partitions of their racks first.</summary>
    public bool AreUsed { get; }

    /// <summary>Whether some partitions are in racks of members, but not all partitions in all racks.</summary>
    public static bool AreWorthLooking(string?[] members, string[][] partitions)
    {
        var all = new HashSet<string>(partitions.SelectMany(static racks => racks), StringComparer.Ordinal);
        return Array.Exists(members, rack => rack is not null && all.Contains(rack))
            && Array.Exists(partitions, racks => racks.Length < all.Count);
    }

    /// <summary>Whether the member is in a rack where the partition has no replica, and that matters.</summary>
    public bool Mismatch(int member, int partition) =>
        AreUsed && _members[member] is { } rack && Array.IndexOf(_partitions[partition], rack) < 0;

    /// <summary>Whether the member is in a rack where the partition has a replica, and that matters.</summary>
    public bool IsNear(int member, int partition) =>
        AreUsed && _members[member] is { } rack && Array.IndexOf(_partitions[partition], rack) >= 0;

    /// <summary>Sorts partitions so that those with few members nearby come first, as soon as any member names its rack.</summary>
    public List<int> FewestNearbyFirst(List<int> partitions) =>
        _consumersNearby.Length == 0 ? partitions : [.. partitions.OrderBy(partition => _consumersNearby[partition])];

    /// <summary>The place in <paramref name="members"/> of the next member near the partition, from <paramref name="first"/> on and around; -1 for none.</summary>
    public int NextNear(int partition, List<int> members, int first)
    {
        for (var i = 0; i < members.Count; i++)
        {
            var place = (first + i) % members.Count;
            if (IsNear(members[place], partition))
            {
                return place;
            }
        }

        return -1;
    }
}

namespace Samsa.Client.Consumer.Groups.Assignors.Sticky;

/// <summary>
/// Who had what before, with contradictions settled: of two members that claim a partition the one of the later generation had it, and with
/// equal generations none of them. Partitions that no longer exist are dropped.
/// </summary>
internal sealed class StickyClaims
{
    private readonly AssignmentProblem _problem;
    private readonly StickyMember[] _members;
    private readonly List<int>[] _owned;
    private readonly HashSet<int> _disputed = [];
    private readonly int _lastGeneration = StickyMember.NoGeneration;

    /// <param name="problem">What is to be shared out.</param>
    /// <param name="read">What a member says that it had.</param>
    public StickyClaims(AssignmentProblem problem, Func<MemberSubscription, StickyMember> read)
    {
        _problem = problem;
        _members = [.. problem.Members.Select(read)];
        _owned = problem.EmptyLists();
        var owner = new Dictionary<int, int>();
        foreach (var member in problem.MembersByJava)
        {
            _lastGeneration = Math.Max(_lastGeneration, _members[member].Generation);
            foreach (var claim in _members[member].Partitions)
            {
                if (problem.Find(claim) is >= 0 and var partition)
                {
                    Claim(owner, member, partition);
                }
            }
        }
    }

    /// <summary>Shares everything out. Called once.</summary>
    public StickyAssignment Assign()
    {
        if (_problem.Members.Length == 0)
        {
            return new StickyAssignment([], null);
        }

        var racks = new PartitionRacks(_problem);
        return _problem.HasOneSubscription()
            ? new ConstrainedAssignment(_problem, racks, _owned, _disputed).Assign()
            : new StickyAssignment(new GeneralAssignment(_problem, racks, _owned, EarlierOwners()).Assign(), null);
    }

    private void Claim(Dictionary<int, int> owner, int member, int partition)
    {
        if (!owner.TryGetValue(partition, out var other))
        {
            _owned[member].Add(partition);
            owner.Add(partition, member);
            return;
        }

        // The generation of the one who came first is that of its subscription, also where the others are read from user data: so does Java.
        var (generation, others) = (_members[member].Generation, Math.Max(_problem.Members[other].Generation, StickyMember.NoGeneration));
        if (generation < others)
        {
            return;
        }

        if (generation == others)
        {
            _disputed.Add(partition);
        }
        else
        {
            _owned[member].Add(partition);
        }

        // At last, because both may be the same member, which then has it no more.
        _owned[other].Remove(partition);
        owner[partition] = member;
    }

    // What members had that missed the last generation: they get it back where the balance asks for a move anyhow.
    private Dictionary<int, int> EarlierOwners()
    {
        var owners = new Dictionary<int, int>();
        foreach (var member in _problem.MembersByJava)
        {
            var generation = _members[member].Generation;
            if (generation >= _lastGeneration)
            {
                continue;
            }

            foreach (var claim in _members[member].Partitions)
            {
                if (_problem.Find(claim) is >= 0 and var partition
                    && (!owners.TryGetValue(partition, out var other) || generation > _members[other].Generation))
                {
                    owners[partition] = member;
                }
            }
        }

        return owners;
    }
}

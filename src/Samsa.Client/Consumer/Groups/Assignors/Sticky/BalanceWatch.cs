namespace Samsa.Client.Consumer.Groups.Assignors.Sticky;

/// <summary>
/// Says whether a member could still get a partition of one that has at least two more. Looking through everything for that after every step
/// would be quadratic, so it remembers the last case that it found, and looks again only when that one is settled.
/// </summary>
/// <param name="problem">What is shared out.</param>
/// <param name="lists">What the members have.</param>
/// <param name="limits">How many partitions each member could have at most.</param>
internal sealed class BalanceWatch(AssignmentProblem problem, List<int>[] lists, int[] limits)
{
    // Of each topic, who has how many of its partitions.
    private readonly Dictionary<int, int>[] _owners = [.. problem.Topics.Select(static _ => new Dictionary<int, int>())];
    private (int Member, int Topic, int Owner)? _case;

    /// <summary>Notes that a member got a partition.</summary>
    public void Got(int member, int partition)
    {
        var owners = _owners[problem.TopicOf[partition]];
        owners[member] = owners.GetValueOrDefault(member) + 1;
    }

    /// <summary>Notes that a member lost a partition.</summary>
    public void Lost(int member, int partition)
    {
        var owners = _owners[problem.TopicOf[partition]];
        if (--owners[member] == 0)
        {
            owners.Remove(member);
        }
    }

    /// <summary>Whether nothing can be made better among these members, by rising numbers of partitions.</summary>
    public bool IsBalanced(SortedSet<(int Count, int Member)> members)
    {
        if (members.Min.Count >= members.Max.Count - 1)
        {
            return true;
        }

        if (_case is { } known && IsOpen(known.Member, known.Topic, known.Owner))
        {
            return false;
        }

        _case = Find(members);
        return _case is null;
    }

    private (int Member, int Topic, int Owner)? Find(SortedSet<(int Count, int Member)> members)
    {
        var most = new Dictionary<int, int>();
        foreach (var (count, member) in members)
        {
            // Nobody has two more than this one, nor than those who come after it.
            if (count + 1 >= members.Max.Count)
            {
                return null;
            }

            if (count == limits[member])
            {
                continue;
            }

            foreach (var topic in problem.TopicsOf(member))
            {
                if (!most.TryGetValue(topic, out var owner))
                {
                    most.Add(topic, owner = OwnerOfMost(topic));
                }

                if (owner >= 0 && IsOpen(member, topic, owner))
                {
                    return (member, topic, owner);
                }
            }
        }

        return null;
    }

    private int OwnerOfMost(int topic)
    {
        var most = -1;
        foreach (var owner in _owners[topic].Keys)
        {
            if (most < 0 || lists[owner].Count > lists[most].Count)
            {
                most = owner;
            }
        }

        return most;
    }

    private bool IsOpen(int member, int topic, int owner) =>
        lists[member].Count != limits[member] && lists[owner].Count > lists[member].Count + 1 && _owners[topic].ContainsKey(owner);
}

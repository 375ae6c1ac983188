using System.Diagnostics.CodeAnalysis;

namespace Samsa.Broker.Groups;

/// <summary>
/// Owns: the members of one classic group in the order in which they came, their instance ids, and how many know each protocol.
/// Threads: the group's. Lifetime: the group's. Never fails.
/// </summary>
internal sealed class ClassicMembers
{
    private readonly OrderedDictionary<string, ClassicMember> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _idOfInstance = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _protocols = new(StringComparer.Ordinal);

    /// <summary>How many there are.</summary>
    public int Count => _byId.Count;

    /// <summary>The members, oldest first.</summary>
    public IList<ClassicMember> All => _byId.Values;

    /// <summary>How many wait for their JoinGroup to be answered.</summary>
    public int AwaitingJoin { get; private set; }

    /// <summary>True when there is such a member.</summary>
    public bool Has(string memberId) => _byId.ContainsKey(memberId);

    /// <summary>Finds a member by its id.</summary>
    public bool TryGet(string memberId, [NotNullWhen(true)] out ClassicMember? member) => _byId.TryGetValue(memberId, out member);

    /// <summary>The present id of a static member; null when there is no such instance.</summary>
    public string? IdOfInstance(string instanceId) => _idOfInstance.GetValueOrDefault(instanceId);

    /// <summary>Adds a member.</summary>
    public void Add(ClassicMember member)
    {
        _byId.Add(member.MemberId, member);
        if (member.InstanceId is { } instance)
        {
            _idOfInstance[instance] = member.MemberId;
        }

        AwaitingJoin += member.AwaitingJoin is null ? 0 : 1;
        CountProtocols(member.Protocols, 1);
    }

    /// <summary>Removes a member.</summary>
    public void Remove(ClassicMember member)
    {
        _byId.Remove(member.MemberId);
        if (member.InstanceId is { } instance && _idOfInstance.GetValueOrDefault(instance) == member.MemberId)
        {
            _idOfInstance.Remove(instance);
        }

        AwaitingJoin -= member.AwaitingJoin is null ? 0 : 1;
        CountProtocols(member.Protocols, -1);
    }

    /// <summary>A static member goes on under another id.</summary>
    public void Rename(ClassicMember member, string memberId)
    {
        var at = _byId.IndexOf(member.MemberId);
        _byId.RemoveAt(at);
        member.MemberId = memberId;
        _byId.Insert(at, memberId, member);
        _idOfInstance[member.InstanceId!] = memberId;
    }

    /// <summary>A member can do other things than before.</summary>
    public void ChangeProtocols(ClassicMember member, IReadOnlyList<GroupProtocol> protocols)
    {
        CountProtocols(member.Protocols, -1);
        member.Protocols = protocols;
        CountProtocols(protocols, 1);
    }

    /// <summary>A member's JoinGroup waits, or no longer. Returns the one that waited before.</summary>
    public GroupTicket? SetAwaitingJoin(ClassicMember member, GroupTicket? ticket)
    {
        var before = member.AwaitingJoin;
        AwaitingJoin += (ticket is null ? 0 : 1) - (before is null ? 0 : 1);
        member.AwaitingJoin = ticket;
        return before;
    }

    /// <summary>True when every member knows one of the protocols.</summary>
    public bool AllKnowOneOf(IReadOnlyList<GroupProtocol> protocols)
    {
        foreach (var protocol in protocols)
        {
            if (AllKnow(protocol.Name))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// The protocol that most members prefer among those that all know; the oldest members' preference decides a tie. Null without
    /// members, or when nothing is known to all.
    /// </summary>
    public string? SelectProtocol()
    {
        var votes = new OrderedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var member in _byId.Values)
        {
            foreach (var protocol in member.Protocols)
            {
                if (AllKnow(protocol.Name))
                {
                    votes[protocol.Name] = votes.GetValueOrDefault(protocol.Name) + 1;
                    break;
                }
            }
        }

        string? chosen = null;
        var most = 0;
        foreach (var (name, count) in votes)
        {
            if (count > most)
            {
                (chosen, most) = (name, count);
            }
        }

        return chosen;
    }

    private bool AllKnow(string protocol) => _protocols.GetValueOrDefault(protocol) == _byId.Count;

    // Each name counts once: repeated ones were dropped with the request.
    private void CountProtocols(IReadOnlyList<GroupProtocol> protocols, int by)
    {
        foreach (var protocol in protocols)
        {
            var count = _protocols.GetValueOrDefault(protocol.Name) + by;
            if (count == 0)
            {
                _protocols.Remove(protocol.Name);
            }
            else
            {
                _protocols[protocol.Name] = count;
            }
        }
    }
}

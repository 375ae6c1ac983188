namespace Samsa.Broker.Groups;

/// <summary>
/// Owns: what a classic group knows about one member, and the requests of it that wait.
/// Threads: the group's. Lifetime: from its first complete join to its leaving. Never fails.
/// </summary>
internal sealed class ClassicMember
{
    /// <summary>The id that the coordinator gave it. A static member gets a new one with each join from scratch.</summary>
    public required string MemberId { get; set; }

    /// <summary><c>group.instance.id</c> of a static member (KIP-345); null for a dynamic one.</summary>
    public string? InstanceId { get; init; }

    /// <summary>The name that the client gives itself.</summary>
    public required string ClientId { get; set; }

    /// <summary>The client's address, as Java prints it: with a slash before it.</summary>
    public required string ClientHost { get; set; }

    /// <summary>How long it may take to join again, in ms.</summary>
    public int RebalanceTimeoutMs { get; set; }

    /// <summary>How long it may be silent, in ms.</summary>
    public int SessionTimeoutMs { get; set; }

    /// <summary>What it can do, best first.</summary>
    public required IReadOnlyList<GroupProtocol> Protocols { get; set; }

    /// <summary>What it was assigned; empty before the first assignment.</summary>
    public byte[] Assignment { get; set; } = [];

    /// <summary>Its JoinGroup that waits for the others.</summary>
    public GroupTicket? AwaitingJoin { get; set; }

    /// <summary>Its SyncGroup that waits for the leader's assignment.</summary>
    public GroupTicket? AwaitingSync { get; set; }

    /// <summary>It has never been told that it is a member: it cannot send heartbeats yet.</summary>
    public bool IsNew { get; set; }

    /// <summary>It was told its generation and has not asked for its assignment since.</summary>
    public bool OwesSync { get; set; }

    /// <summary>When it is taken for dead unless it is heard of.</summary>
    public long SessionDeadline { get; set; } = Group.Never;

    /// <summary>True for a member with an instance id.</summary>
    public bool IsStatic => InstanceId is not null;

    /// <summary>
    /// True while silence counts against it. Who waits for an answer of ours cannot send heartbeats; a new member is given up
    /// after its own, longer deadline even so, because it may have gone away without a trace (KAFKA-7610).
    /// </summary>
    public bool CanExpire => IsNew || (AwaitingJoin is null && AwaitingSync is null);

    /// <summary>What the member said about itself for a protocol; empty when it does not know it.</summary>
    public byte[] MetadataOf(string? protocol)
    {
        foreach (var known in Protocols)
        {
            if (known.Name == protocol)
            {
                return known.Metadata;
            }
        }

        return [];
    }

    /// <summary>True when it can do the same as before and says the same about itself.</summary>
    public bool Matches(IReadOnlyList<GroupProtocol> protocols)
    {
        if (protocols.Count != Protocols.Count)
        {
            return false;
        }

        for (var i = 0; i < protocols.Count; i++)
        {
            if (protocols[i].Name != Protocols[i].Name || !protocols[i].Metadata.AsSpan().SequenceEqual(Protocols[i].Metadata))
            {
                return false;
            }
        }

        return true;
    }
}

namespace Samsa.Broker.Groups.Consumers;

/// <summary>
/// Owns: until when a member of a consumer group must be heard of. Not stored: a coordinator that begins anew gives everybody a whole
/// session's time. Threads: the group's. Lifetime: the member's. Never fails.
/// </summary>
internal sealed class MemberTimes
{
    /// <summary>When its session is over.</summary>
    public long Session { get; set; } = Group.Never;

    /// <summary>When it must have given up what it was told to; counts only for <see cref="RevocationEpoch"/>.</summary>
    public long Revocation { get; set; } = Group.Never;

    /// <summary>The epoch in which it was told.</summary>
    public int RevocationEpoch { get; set; }

    /// <summary>When a member of the classic protocol that was sent to join must have.</summary>
    public long Join { get; set; } = Group.Never;

    /// <summary>When a member of the classic protocol that joined must have asked for its assignment.</summary>
    public long Sync { get; set; } = Group.Never;

    /// <summary>The earliest of them.</summary>
    public long Earliest => Math.Min(Math.Min(Session, Revocation), Math.Min(Join, Sync));

    /// <summary>Puts off to <paramref name="later"/> whatever is due.</summary>
    public void PutOff(long now, long later)
    {
        Session = Session <= now ? later : Session;
        Revocation = Revocation <= now ? later : Revocation;
        Join = Join <= now ? later : Join;
        Sync = Sync <= now ? later : Sync;
    }
}

namespace Samsa.ZooKeeper.Server.Sessions;

/// <summary>A session. Belongs to the <see cref="SessionTable"/>; whoever holds the server's lock reads it.</summary>
internal sealed class Session(long id, int timeout)
{
    internal long Id { get; } = id;

    /// <summary>The time-out granted, in ms. A client that resumes the session may ask for another.</summary>
    internal int Timeout { get; set; } = timeout;

    /// <summary>Its client lives in this process: it does not expire.</summary>
    internal bool IsInProcess { get; set; }

    /// <summary>True from the moment at which its end was proposed: it takes no more requests.</summary>
    internal bool IsClosing { get; set; }

    /// <summary>The end of the bucket it is in, in ms of the table's clock.</summary>
    internal long ExpiresAt { get; set; }
}

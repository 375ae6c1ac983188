namespace Samsa.Client.Consumer.Groups.Membership;

/// <summary>Where a member of a classic group stands.</summary>
internal enum ClassicPhase
{
    /// <summary>Not subscribed.</summary>
    Idle,

    /// <summary>The group is to be joined (again), as soon as the caller has given back what it must.</summary>
    Preparing,

    /// <summary>The group is joined when the back-off is over.</summary>
    Ready,

    /// <summary>JoinGroup is under way.</summary>
    Joining,

    /// <summary>This member leads, and shares the partitions out.</summary>
    Sharing,

    /// <summary>SyncGroup is under way.</summary>
    Syncing,

    /// <summary>The assignment waits for the caller.</summary>
    Completing,

    /// <summary>The caller has its partitions.</summary>
    Stable,

    /// <summary>The caller has to hear why there is no membership.</summary>
    Failed,
}

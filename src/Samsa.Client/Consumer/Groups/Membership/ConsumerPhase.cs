namespace Samsa.Client.Consumer.Groups.Membership;

/// <summary>Where a member of a group of the next generation (KIP-848) stands.</summary>
internal enum ConsumerPhase
{
    /// <summary>Not subscribed.</summary>
    Idle,

    /// <summary>The group is to be joined, as soon as the caller asks, and has heard which partitions it lost.</summary>
    Waiting,

    /// <summary>The first heartbeat is due or under way.</summary>
    Joining,

    /// <summary>In the group.</summary>
    Member,

    /// <summary>Out of the group for good.</summary>
    Failed,
}

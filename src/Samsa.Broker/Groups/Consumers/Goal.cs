namespace Samsa.Broker.Groups.Consumers;

/// <summary>Where a member is to come, and what it depends on.</summary>
/// <param name="Epoch">The epoch of the target assignment.</param>
/// <param name="Target">What the member shall have.</param>
/// <param name="Topics">The topics that it subscribes to.</param>
/// <param name="IsTaken">Whether some member has a partition, or was told to give it up and has not yet.</param>
/// <param name="Owned">What the member says that it has; null when it did not say.</param>
/// <param name="SubscriptionChanged">Whether it subscribed to other topics just now.</param>
internal readonly record struct Goal(
    int Epoch, PartitionMap Target, IReadOnlySet<Guid> Topics, Func<Guid, int, bool> IsTaken, PartitionMap? Owned, bool SubscriptionChanged);

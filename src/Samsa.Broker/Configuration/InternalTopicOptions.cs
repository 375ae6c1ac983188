namespace Samsa.Broker.Configuration;

/// <summary>How an internal topic is made. <paramref name="MinInSyncReplicas"/> is null when the broker's default counts.</summary>
public sealed record InternalTopicOptions(int Partitions, int ReplicationFactor, int SegmentBytes, int? MinInSyncReplicas);

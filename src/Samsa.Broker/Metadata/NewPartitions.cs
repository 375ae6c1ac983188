namespace Samsa.Broker.Metadata;

/// <summary>The partition count that a topic is to have, with replicas for the new ones or null to let the cluster choose.</summary>
public sealed record NewPartitions(string Topic, int TotalCount, IReadOnlyList<IReadOnlyList<int>>? Assignments = null);

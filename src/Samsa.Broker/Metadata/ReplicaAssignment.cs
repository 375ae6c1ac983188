namespace Samsa.Broker.Metadata;

/// <summary>The brokers that a partition is to have; the first is the preferred leader.</summary>
public sealed record ReplicaAssignment(int Partition, IReadOnlyList<int> Replicas);

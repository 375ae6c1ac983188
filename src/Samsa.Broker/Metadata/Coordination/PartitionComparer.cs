using System.Diagnostics.CodeAnalysis;

namespace Samsa.Broker.Metadata.Coordination;

/// <summary>Compares partitions by what they say; their lists of brokers are compared element by element.</summary>
internal sealed class PartitionComparer : IEqualityComparer<PartitionImage>
{
    public static readonly PartitionComparer Instance = new();

    public bool Equals(PartitionImage? x, PartitionImage? y) =>
        ReferenceEquals(x, y)
        || (x is not null && y is not null
            && (x.Partition, x.Leader, x.LeaderEpoch, x.PartitionEpoch) == (y.Partition, y.Leader, y.LeaderEpoch, y.PartitionEpoch)
            && x.Replicas.SequenceEqual(y.Replicas) && x.InSyncReplicas.SequenceEqual(y.InSyncReplicas));

    public int GetHashCode([DisallowNull] PartitionImage obj) => HashCode.Combine(obj.Partition, obj.LeaderEpoch, obj.PartitionEpoch);
}

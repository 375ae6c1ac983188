using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Client.Metadata;

/// <summary>What the cluster says of one partition.</summary>
public record PartitionMetadata
{
    /// <summary>The number of the partition, from 0.</summary>
    public required int Partition { get; init; }

    /// <summary>Why there is no leader, or <see cref="ErrorCode.None"/>.</summary>
    public ErrorCode Error { get; init; }

    /// <summary>The id of the broker that leads it, -1 for none.</summary>
    public required int Leader { get; init; }

    /// <summary>The leader's epoch, -1 when the broker is too old to say (before Kafka 2.1).</summary>
    public int LeaderEpoch { get; init; } = -1;

    /// <summary>The ids of the brokers that hold it, the preferred leader first.</summary>
    public required IReadOnlyList<int> Replicas { get; init; }

    /// <summary>The replicas in sync.</summary>
    public required IReadOnlyList<int> InSyncReplicas { get; init; }

    /// <summary>The replicas that are down or whose disk is.</summary>
    public IReadOnlyList<int> OfflineReplicas { get; init; } = [];

    internal static PartitionMetadata Of(MetadataResponse.MetadataResponsePartition partition) => new()
    {
        Partition = partition.PartitionIndex,
        Error = partition.ErrorCode,
        Leader = partition.LeaderId,
        LeaderEpoch = partition.LeaderEpoch,
        Replicas = partition.ReplicaNodes,
        InSyncReplicas = partition.IsrNodes,
        OfflineReplicas = partition.OfflineReplicas,
    };
}

using Samsa.Protocol;

namespace Samsa.Client.Admin;

/// <summary>A partition and who holds it.</summary>
public sealed record PartitionDescription
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

    /// <summary>Replicas out of sync that may lead all the same (KIP-966); null when the cluster does not say.</summary>
    public IReadOnlyList<int>? EligibleLeaderReplicas { get; init; }

    /// <summary>The last known eligible leaders (KIP-966); null when the cluster does not say.</summary>
    public IReadOnlyList<int>? LastKnownEligibleLeaders { get; init; }
}

using System.Diagnostics.CodeAnalysis;
using Samsa.Client.Metadata;

namespace Samsa.Client.Admin;

/// <summary>A partition and who holds it, with what only a description says.</summary>
public sealed record PartitionDescription : PartitionMetadata
{
    /// <summary>A description of nothing yet.</summary>
    public PartitionDescription()
    {
    }

    [SetsRequiredMembers]
    internal PartitionDescription(PartitionMetadata metadata) : base(metadata)
    {
    }

    /// <summary>Replicas out of sync that may lead all the same (KIP-966); null when the cluster does not say.</summary>
    public IReadOnlyList<int>? EligibleLeaderReplicas { get; init; }

    /// <summary>The last known eligible leaders (KIP-966); null when the cluster does not say.</summary>
    public IReadOnlyList<int>? LastKnownEligibleLeaders { get; init; }
}

using Samsa.Broker.Replication;

namespace Samsa.Broker.Api.Fetching;

/// <summary>What holds for every partition of one fetch.</summary>
public sealed record FetchTerms
{
    /// <summary>The request's version.</summary>
    public required short Version { get; init; }

    /// <summary>Who asks: a broker id, or a negative number for a consumer.</summary>
    public required int ReplicaId { get; init; }

    /// <summary>How far it may read.</summary>
    public required FetchIsolation Isolation { get; init; }

    /// <summary>The bytes of the whole answer at most, more only for one first batch.</summary>
    public required int MaxBytes { get; init; }

    /// <summary>The bytes to wait for.</summary>
    public required int MinBytes { get; init; }

    /// <summary>How long to wait for them.</summary>
    public required TimeSpan MaxWait { get; init; }

    /// <summary>Whether a first batch above the limits is sent all the same (Fetch v3 and newer).</summary>
    public bool MayExceedLimits => Version >= 3;
}

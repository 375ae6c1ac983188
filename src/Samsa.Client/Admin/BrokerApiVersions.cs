namespace Samsa.Client.Admin;

/// <summary>What one broker serves.</summary>
public sealed record BrokerApiVersions : AdminResult
{
    /// <summary>The broker.</summary>
    public required BrokerDescription Broker { get; init; }

    /// <summary>The APIs, in the broker's order.</summary>
    public IReadOnlyList<ApiVersionRange> Apis { get; init; } = [];
}

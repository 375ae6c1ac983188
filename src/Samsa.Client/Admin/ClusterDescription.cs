namespace Samsa.Client.Admin;

/// <summary>The cluster and its brokers.</summary>
public sealed record ClusterDescription
{
    /// <summary>The id of the cluster.</summary>
    public string? ClusterId { get; init; }

    /// <summary>The broker to send changes to, -1 for none; with KRaft any broker may be named.</summary>
    public int ControllerId { get; init; } = -1;

    /// <summary>The brokers, by id.</summary>
    public required IReadOnlyList<BrokerDescription> Brokers { get; init; }

    /// <summary>The operations on the cluster that the caller may do, a bit for each (KIP-430); <see cref="int.MinValue"/> when it was not asked for.</summary>
    public int AuthorizedOperations { get; init; } = int.MinValue;
}

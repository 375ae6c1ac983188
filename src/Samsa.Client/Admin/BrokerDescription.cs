namespace Samsa.Client.Admin;

/// <summary>A broker of the cluster.</summary>
/// <param name="Id">Its <c>broker.id</c> (<c>node.id</c>).</param>
/// <param name="Host">The name or IP address that it advertises for this listener.</param>
/// <param name="Port">The port.</param>
/// <param name="Rack">Its <c>broker.rack</c>, or null.</param>
/// <param name="IsFenced">Whether the controller keeps it out of service (KIP-1073); only those asked for with fenced brokers.</param>
public sealed record BrokerDescription(int Id, string Host, int Port, string? Rack, bool IsFenced = false);

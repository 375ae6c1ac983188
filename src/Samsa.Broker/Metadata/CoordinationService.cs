using Samsa.ZooKeeper.Local;

namespace Samsa.Broker.Metadata;

/// <summary>
/// A ZooKeeper server in the same process, for a broker whose <c>zookeeper.connect</c> is not set. The broker knows it only as
/// something that takes ZooKeeper's requests.
/// </summary>
/// <param name="Server">Opens sessions.</param>
public sealed record CoordinationService(ILocalServer Server);

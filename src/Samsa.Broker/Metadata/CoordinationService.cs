using Samsa.ZooKeeper.Transport;

namespace Samsa.Broker.Metadata;

/// <summary>
/// A ZooKeeper server in the same process, for a broker whose <c>zookeeper.connect</c> is not set. The broker knows it only as
/// something that speaks ZooKeeper's protocol.
/// </summary>
/// <param name="Connector">Makes connections to it.</param>
/// <param name="Failed">Ends when it cannot keep anything any more: the disk failed.</param>
public sealed record CoordinationService(IConnector Connector, Task Failed);

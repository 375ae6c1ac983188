using Samsa.Broker.Metadata.Znodes;

namespace Samsa.Broker.Metadata.Coordination;

/// <summary>A topic's own node as it was read or written last, with its data version.</summary>
internal sealed record TopicNode(TopicZnode Znode, int Version);

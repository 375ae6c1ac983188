using Samsa.Broker.Metadata.Znodes;

namespace Samsa.Broker.Metadata.Coordination;

/// <summary>A topic's own node that is to be written, and the write.</summary>
internal sealed record PlannedTopic(ZnodeWrite Write, string Topic, TopicZnode Znode);

using Samsa.Broker.Metadata.Znodes;

namespace Samsa.Broker.Metadata.Coordination;

/// <summary>A partition's state that is to be written, and the write.</summary>
internal sealed record PlannedState(ZnodeWrite Write, string Topic, PartitionImage Partition);

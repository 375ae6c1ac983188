using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Groups;

/// <summary>One partition of an OffsetDelete, with its place in the answer.</summary>
internal readonly record struct OffsetToDelete(TopicPartition Partition, OffsetDeleteResponse.OffsetDeleteResponsePartition Outcome);

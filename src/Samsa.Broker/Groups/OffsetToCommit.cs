using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Groups;

/// <summary>One partition of an OffsetCommit, with its place in the answer.</summary>
internal readonly record struct OffsetToCommit(
    TopicPartition Partition, CommittedOffset Offset, OffsetCommitResponse.OffsetCommitResponsePartition Outcome);

using Samsa.Protocol;

namespace Samsa.Client.Consumer.Parallel;

/// <summary>What records that wait for each other have in common. Two keys of one hash wait for each other too, which does no harm.</summary>
internal readonly record struct LaneKey(TopicPartition Partition, uint KeyHash);

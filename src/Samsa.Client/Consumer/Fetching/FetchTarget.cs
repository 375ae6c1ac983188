namespace Samsa.Client.Consumer.Fetching;

/// <summary>What one fetch asks for one partition, as it was when the fetch was put together.</summary>
internal readonly record struct FetchTarget(
    PartitionState State, int Generation, Guid TopicId, long Offset, int LeaderEpoch, bool FromFollower);

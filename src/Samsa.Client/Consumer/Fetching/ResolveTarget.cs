namespace Samsa.Client.Consumer.Fetching;

/// <summary>A question about one partition, as things were when it was asked.</summary>
/// <param name="State">The partition.</param>
/// <param name="Generation">Its generation then.</param>
/// <param name="Phase">What is asked.</param>
/// <param name="LeaderEpoch">The epoch of the leader that is asked, -1 for unknown.</param>
/// <param name="Argument">The timestamp to look for (-1 end, -2 beginning), or the epoch to validate.</param>
internal readonly record struct ResolveTarget(PartitionState State, int Generation, PartitionPhase Phase, int LeaderEpoch, long Argument);

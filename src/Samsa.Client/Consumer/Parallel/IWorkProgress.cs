using Samsa.Client.Consumer.Fetching;

namespace Samsa.Client.Consumer.Parallel;

/// <summary>Knows the partitions whose records are processed, and keeps what is finished.</summary>
internal interface IWorkProgress
{
    /// <summary>Whether the partition is still assigned, and its position was not moved from outside meanwhile.</summary>
    bool IsWanted(PartitionState state, int moves);

    /// <summary>Everything before the offset is finished. Nothing happens when that is no longer wanted.</summary>
    void Store(PartitionState state, int moves, long offset, int epoch);

    /// <summary>The records from the offset on are handed out again. Nothing happens when that is no longer wanted.</summary>
    void GiveBack(PartitionState state, int moves, long offset, int epoch);
}

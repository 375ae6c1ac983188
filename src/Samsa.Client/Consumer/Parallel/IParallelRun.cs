using Samsa.Protocol;

namespace Samsa.Client.Consumer.Parallel;

/// <summary>What a consumer that is processed in parallel has to do when its group takes partitions away.</summary>
internal interface IParallelRun
{
    /// <summary>
    /// Begins no more records of these partitions, and waits for those in work, unless the partitions are <paramref name="isLost">lost already</paramref>.
    /// Afterwards nothing of them is stored any more.
    /// </summary>
    Task RevokeAsync(IReadOnlyCollection<TopicPartition> partitions, bool isLost);
}

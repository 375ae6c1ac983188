namespace Samsa.Client.Admin;

/// <summary>A topic that shall have more partitions.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="TotalCount">How many partitions it shall have altogether.</param>
public sealed record NewPartitions(string Topic, int TotalCount)
{
    /// <summary>The brokers of each new partition in their order, the preferred leader first; null lets the cluster choose.</summary>
    public IReadOnlyList<IReadOnlyList<int>>? Assignments { get; init; }
}

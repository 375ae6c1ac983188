namespace Samsa.ZooKeeper.Server.Administration;

/// <summary>What is known of many values: how many, their sum, the least and the greatest.</summary>
internal sealed record Summary(long Count, long Sum, long Least, long Greatest)
{
    internal double Average => Count == 0 ? 0 : (double)Sum / Count;

    /// <summary>With one more value.</summary>
    internal Summary With(long value) => Count == 0
        ? new Summary(1, value, value, value)
        : new Summary(Count + 1, Sum + value, Math.Min(Least, value), Math.Max(Greatest, value));
}

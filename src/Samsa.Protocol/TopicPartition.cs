namespace Samsa.Protocol;

/// <summary>A partition of a topic, written <c>topic-partition</c> in logs and as a directory name.</summary>
public readonly record struct TopicPartition(string Topic, int Partition)
{
    /// <summary>The directory name of the partition.</summary>
    public override string ToString() => $"{Topic}-{Partition}";
}

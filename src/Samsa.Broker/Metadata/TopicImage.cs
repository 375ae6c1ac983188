namespace Samsa.Broker.Metadata;

/// <summary>One topic: partition n is at index n. <paramref name="Configs"/> are the topic's own values, in normal form.</summary>
public sealed record TopicImage(
    string Name, Guid Id, IReadOnlyList<PartitionImage> Partitions, IReadOnlyDictionary<string, string> Configs)
{
    /// <summary>True for the topics in which the broker keeps state of its own.</summary>
    public bool IsInternal => TopicNames.IsInternal(Name);
}

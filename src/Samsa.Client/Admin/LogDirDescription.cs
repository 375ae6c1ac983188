namespace Samsa.Client.Admin;

/// <summary>A log directory; its error is <c>KAFKA_STORAGE_ERROR</c> when it is offline.</summary>
public sealed record LogDirDescription : AdminResult
{
    /// <summary>The absolute path.</summary>
    public required string Path { get; init; }

    /// <summary>The partitions in it.</summary>
    public IReadOnlyList<LogDirReplica> Replicas { get; init; } = [];

    /// <summary>The size of its volume in bytes, -1 when the broker does not say (before Kafka 3.3).</summary>
    public long TotalBytes { get; init; } = -1;

    /// <summary>What is free of it in bytes, -1 when the broker does not say (before Kafka 3.3).</summary>
    public long UsableBytes { get; init; } = -1;

    /// <summary>Whether no new partitions are put there (Kafka 4.3).</summary>
    public bool IsCordoned { get; init; }
}

using Microsoft.Extensions.Logging;
using Samsa.Broker.Configuration;
using Samsa.Protocol;
using Samsa.Storage.Files;

namespace Samsa.Broker.Metadata;

/// <summary>What <see cref="LocalClusterMetadata"/> needs.</summary>
public sealed record LocalMetadataOptions
{
    /// <summary>The configuration of the broker, without dynamic values.</summary>
    public required BrokerConfig Config { get; init; }

    /// <summary>Who the broker is.</summary>
    public required BrokerIdentity Identity { get; init; }

    /// <summary>Where files are.</summary>
    public required IStorageFileSystem Files { get; init; }

    /// <summary>Where it says what it found.</summary>
    public required ILogger Logger { get; init; }

    /// <summary>The log directories in which topics are looked for when there is no metadata file yet; null: those of the configuration.</summary>
    public IReadOnlyList<string>? LogDirs { get; init; }

    /// <summary>The newest leader epoch in the log of a partition, which after a crash may be ahead of the file beside it; null when not known.</summary>
    public Func<TopicPartition, int?> LatestEpochOf { get; init; } = static _ => null;

    /// <summary>
    /// The highest producer id that the logs remember, -1 for none. New ids start above it, because Apache Kafka may have given
    /// out ids of its own in the same directory: a batch of a new producer would be taken for a duplicate of an old one.
    /// </summary>
    public long HighestProducerId { get; init; } = -1;
}

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Samsa.Storage.Files;

namespace Samsa.Storage.Producers;

/// <summary>What the producer states of all partitions share.</summary>
public sealed record ProducerStateOptions
{
    /// <summary>Where the snapshots are.</summary>
    public IStorageFileSystem FileSystem { get; init; } = PhysicalFileSystem.Instance;

    /// <summary><c>producer.id.expiration.ms</c>: how long after its last batch a producer without transaction is remembered.</summary>
    public long ExpirationMs { get; init; } = 24L * 60 * 60 * 1000;

    /// <summary>Where unreadable snapshots are reported.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;
}

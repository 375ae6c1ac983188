using Microsoft.Extensions.Logging;
using Samsa.Broker.Configuration;
using Samsa.Protocol;

namespace Samsa.Broker.Metadata.Coordination;

/// <summary>What the metadata of one broker needs to know of that broker.</summary>
public sealed record ClusterOptions
{
    /// <summary>The configuration of the broker, without dynamic values.</summary>
    public required BrokerConfig Config { get; init; }

    /// <summary>Who the broker is.</summary>
    public required BrokerIdentity Identity { get; init; }

    /// <summary>The clock of timestamps.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Where it says what it found.</summary>
    public required ILogger Logger { get; init; }

    /// <summary>The newest leader epoch in the log of a partition, which may be ahead of the tree; null when not known.</summary>
    public Func<TopicPartition, int?> LatestEpochOf { get; init; } = static _ => null;

    /// <summary>
    /// True when the log of a partition was not closed cleanly: its end may be lost, and offsets may be given out a second time.
    /// Then a new leader epoch begins, so that clients can tell (KIP-320).
    /// </summary>
    public Func<TopicPartition, bool> MayHaveLost { get; init; } = static _ => false;

    /// <summary>
    /// The highest producer id that the logs remember, -1 for none. New ids start above it, because others may have given out ids
    /// in the same directory: a batch of a new producer would be taken for a duplicate of an old one.
    /// </summary>
    public long HighestProducerId { get; init; } = -1;

    /// <summary>The session that the last life of this broker left behind; null for none.</summary>
    internal FormerSession? LeftSession { get; init; }

    /// <summary>What a directory knows that was made before there was a tree; null when there is nothing to carry over.</summary>
    internal CarriedOver? CarriedOver { get; init; }
}

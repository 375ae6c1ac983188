namespace Samsa.Broker.Replication;

/// <summary>How far a fetch may read.</summary>
public enum FetchIsolation
{
    /// <summary>To the log end: followers.</summary>
    LogEnd,

    /// <summary>To the high watermark: <c>isolation.level=read_uncommitted</c>.</summary>
    HighWatermark,

    /// <summary>To the last stable offset: <c>isolation.level=read_committed</c>.</summary>
    LastStable,
}

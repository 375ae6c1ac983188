namespace Samsa.Client.Admin;

/// <summary>Which offset of a partition is asked for.</summary>
public readonly record struct OffsetSpec
{
    private OffsetSpec(long timestamp) => Timestamp = timestamp;

    /// <summary>The end: the offset that the next record that a reader sees will have.</summary>
    public static OffsetSpec Latest { get; } = new(-1);

    /// <summary>The first record.</summary>
    public static OffsetSpec Earliest { get; } = new(-2);

    /// <summary>The record with the largest timestamp (Kafka 3.0, KIP-734).</summary>
    public static OffsetSpec MaxTimestamp { get; } = new(-3);

    /// <summary>The first record on the broker's own disk (Kafka 3.4, KIP-405).</summary>
    public static OffsetSpec EarliestLocal { get; } = new(-4);

    /// <summary>The last record in remote storage (Kafka 3.7, KIP-1005); -1 for none.</summary>
    public static OffsetSpec LatestTiered { get; } = new(-5);

    /// <summary>The first record that is not in remote storage yet (Kafka 4.1, KIP-1023); -1 without remote storage.</summary>
    public static OffsetSpec EarliestPendingUpload { get; } = new(-6);

    /// <summary>The timestamp of the request: ms since 1970, or a negative number with a meaning of its own.</summary>
    internal long Timestamp { get; }

    /// <summary>The first record with this timestamp or a later one.</summary>
    /// <param name="time">To the millisecond; not before 1970.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="time"/> is before 1970.</exception>
    public static OffsetSpec At(DateTimeOffset time)
    {
        var milliseconds = time.ToUnixTimeMilliseconds();
        ArgumentOutOfRangeException.ThrowIfNegative(milliseconds, nameof(time));
        return new OffsetSpec(milliseconds);
    }

    /// <summary>A timestamp as the wire has it: ms since 1970, or one of the negative numbers with a meaning.</summary>
    internal static OffsetSpec FromWire(long timestamp) => new(timestamp);
}

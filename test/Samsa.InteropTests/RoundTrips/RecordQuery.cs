using System.Globalization;

namespace Samsa.InteropTests.RoundTrips;

/// <summary>Which records to consume, up to the end: all, from an offset of one partition, or from a time on.</summary>
internal sealed record RecordQuery(int? Partition, long? Offset, long? Timestamp)
{
    public static RecordQuery All { get; } = new(null, null, null);

    public static RecordQuery FromOffset(int partition, long offset) => new(partition, offset, null);

    public static RecordQuery FromTime(long timestamp) => new(null, null, timestamp);

    /// <summary>As the client scripts read it.</summary>
    public override string ToString() =>
        Offset is not null ? string.Create(CultureInfo.InvariantCulture, $"offset:{Partition}:{Offset}")
        : Timestamp is not null ? string.Create(CultureInfo.InvariantCulture, $"time:{Timestamp}")
        : "all";
}

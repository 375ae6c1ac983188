using Samsa.Protocol;

namespace Samsa.Broker.Metrics;

/// <summary>
/// Kafka's <c>RequestMetrics</c> of one kind of request: how many per version, how long, how large, which errors.
/// </summary>
/// <remarks>
/// Owns its counters and histograms. Any thread may record; no lock, and no allocation after the first use of a version or
/// an error code. Lives as long as the broker. Never fails.
/// </remarks>
public sealed class RequestMetrics
{
    /// <summary>Versions above this one are counted together; Kafka's highest is 18.</summary>
    private const int MaxVersions = 32;

    /// <summary>Codes above this one are counted together with the unknown error; Kafka's highest is 133.</summary>
    private const int MaxErrorCodes = 256;

    private readonly TimeProvider _time;
    private readonly Counter?[] _versions = new Counter?[MaxVersions];
    private readonly Counter?[] _errors = new Counter?[MaxErrorCodes];

    internal RequestMetrics(string name, TimeProvider time)
    {
        Name = name;
        _time = time;
        long frequency = time.TimestampFrequency;
        TotalTime = new Histogram(frequency);
        RequestQueueTime = new Histogram(frequency);
        LocalTime = new Histogram(frequency);
        RemoteTime = new Histogram(frequency);
        ThrottleTime = new Histogram(frequency);
        ResponseQueueTime = new Histogram(frequency);
        ResponseSendTime = new Histogram(frequency);
        RequestBytes = new Histogram(frequency);
    }

    /// <summary>Kafka's name of the request, such as <c>Produce</c> or <c>FetchConsumer</c>.</summary>
    public string Name { get; }

    /// <summary>Microseconds from the last byte of the request to the last byte of the answer.</summary>
    public Histogram TotalTime { get; }

    /// <summary>Microseconds before the handler started.</summary>
    public Histogram RequestQueueTime { get; }

    /// <summary>Microseconds in the handler.</summary>
    public Histogram LocalTime { get; }

    /// <summary>Microseconds of waiting for something else.</summary>
    public Histogram RemoteTime { get; }

    /// <summary>Microseconds held back by a quota.</summary>
    public Histogram ThrottleTime { get; }

    /// <summary>Microseconds between the finished answer and its turn to leave.</summary>
    public Histogram ResponseQueueTime { get; }

    /// <summary>Microseconds of encoding and writing the answer.</summary>
    public Histogram ResponseSendTime { get; }

    /// <summary>Size of the request in bytes.</summary>
    public Histogram RequestBytes { get; }

    /// <summary>Counts one finished request.</summary>
    /// <param name="version">The version of the request.</param>
    /// <param name="requestBytes">Its size on the wire, without the length prefix.</param>
    /// <param name="timing">Where its time went.</param>
    public void Record(short version, int requestBytes, in RequestTiming timing)
    {
        At(_versions, Math.Clamp(version, (short)0, (short)(MaxVersions - 1))).Increment();
        long now = _time.GetTimestamp();
        RequestBytes.Record(requestBytes, now);
        TotalTime.Record(ToMicroseconds(timing.Total), now);
        RequestQueueTime.Record(ToMicroseconds(timing.RequestQueue), now);
        LocalTime.Record(ToMicroseconds(timing.Local), now);
        RemoteTime.Record(ToMicroseconds(timing.Remote), now);
        ThrottleTime.Record(ToMicroseconds(timing.Throttle), now);
        ResponseQueueTime.Record(ToMicroseconds(timing.ResponseQueue), now);
        ResponseSendTime.Record(ToMicroseconds(timing.ResponseSend), now);
    }

    /// <summary>Counts the outcomes of a request, <c>NONE</c> included, once for each part that has an outcome of its own.</summary>
    /// <param name="errorCode">The code that the answer carries.</param>
    /// <param name="count">How many parts of the answer carry it.</param>
    public void CountError(ErrorCode errorCode, int count = 1) =>
        At(_errors, (short)errorCode is >= -1 and < MaxErrorCodes - 1 ? (short)errorCode + 1 : 0).Add(count);

    internal IEnumerable<(int Version, long Count)> Versions() =>
        _versions.Index().Where(v => v.Item is not null).Select(v => (v.Index, v.Item!.Value));

    internal IEnumerable<(ErrorCode Error, long Count)> Errors() =>
        _errors.Index().Where(e => e.Item is not null).Select(e => ((ErrorCode)(e.Index - 1), e.Item!.Value));

    private static Counter At(Counter?[] table, int index)
    {
        if (table[index] is { } existing)
            return existing;
        var created = new Counter();
        return Interlocked.CompareExchange(ref table[index], created, null) ?? created;
    }

    private long ToMicroseconds(long ticks) => (long)(ticks * (1_000_000.0 / _time.TimestampFrequency));
}

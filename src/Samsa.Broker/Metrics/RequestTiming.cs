namespace Samsa.Broker.Metrics;

/// <summary>
/// Where the time of one request went, in ticks of <see cref="TimeProvider.GetTimestamp"/>. The total is the time from the
/// last byte of the request read to the last byte of the answer written.
/// </summary>
public readonly record struct RequestTiming
{
    /// <summary>From the last byte read to the start of the handler.</summary>
    public long RequestQueue { get; init; }

    /// <summary>In the handler, up to its first wait or its end.</summary>
    public long Local { get; init; }

    /// <summary>Waiting for data, for other replicas or for the disk.</summary>
    public long Remote { get; init; }

    /// <summary>Held back by a quota.</summary>
    public long Throttle { get; init; }

    /// <summary>From the finished answer until it was its turn to leave.</summary>
    public long ResponseQueue { get; init; }

    /// <summary>Encoding and writing the answer.</summary>
    public long ResponseSend { get; init; }

    /// <summary>From the last byte read to the last byte written.</summary>
    public long Total { get; init; }
}

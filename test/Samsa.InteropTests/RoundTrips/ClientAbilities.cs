namespace Samsa.InteropTests.RoundTrips;

/// <summary>What a client can express, so that every client is asked for all it can do.</summary>
[Flags]
internal enum ClientAbilities
{
    None = 0,
    AnyBytes = 1,
    NullValues = 2,
    Headers = 4,
    NullHeaders = 8,

    /// <summary>It can set timestamps of its own; otherwise the broker or the client's clock gives them.</summary>
    Timestamps = 16,

    /// <summary>It sees timestamps, and can ask for the offset of a time.</summary>
    TimeQueries = 32,
    All = AnyBytes | NullValues | Headers | NullHeaders | Timestamps | TimeQueries,
}

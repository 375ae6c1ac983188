namespace Samsa.InteropTests.RoundTrips;

/// <summary>One record as a client received it. A client that cannot see timestamps leaves null.</summary>
internal sealed record ConsumedRecord(
    int Partition, long Offset, long? Timestamp, byte[]? Key, byte[]? Value, IReadOnlyList<TestHeader> Headers);

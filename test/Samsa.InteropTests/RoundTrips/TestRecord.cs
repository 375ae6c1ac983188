namespace Samsa.InteropTests.RoundTrips;

/// <summary>One record as a client sends it; the timestamp in milliseconds since the epoch.</summary>
internal sealed record TestRecord(int Partition, long Timestamp, byte[]? Key, byte[]? Value, IReadOnlyList<TestHeader> Headers);

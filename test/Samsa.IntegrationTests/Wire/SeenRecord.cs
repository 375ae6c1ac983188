namespace Samsa.IntegrationTests.Wire;

/// <summary>A record as a consumer sees it.</summary>
public sealed record SeenRecord(long Offset, long Timestamp, string? Key, string? Value, sbyte Magic);

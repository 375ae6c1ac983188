namespace Samsa.UnitTests.Storage.Crashes;

/// <summary>A record as a consumer reads it; <paramref name="Value"/> is as in <see cref="ModelBatch"/>.</summary>
internal sealed record FoundRecord(long Offset, string Value, long Timestamp);

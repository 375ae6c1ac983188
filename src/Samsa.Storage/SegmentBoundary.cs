namespace Samsa.Storage;

/// <summary>Where a segment begins and when it was last written, for ListOffsets v0.</summary>
public readonly record struct SegmentBoundary(long BaseOffset, DateTimeOffset LastWritten);

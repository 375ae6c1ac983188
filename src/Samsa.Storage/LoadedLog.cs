using Samsa.Storage.Segments;

namespace Samsa.Storage;

/// <summary>What <see cref="LogLoader"/> found in a partition directory.</summary>
/// <param name="Segments">The segments.</param>
/// <param name="LogStartOffset">The first offset that may be served.</param>
/// <param name="LogEndOffset">The offset that the next record gets.</param>
/// <param name="RecoveryPoint">Everything below is on stable storage.</param>
/// <param name="HasFiles">False where there is no segment on disk yet.</param>
/// <param name="TopicId">From <c>partition.metadata</c>, null without one.</param>
/// <param name="IsSettled">
/// False where files in the directory, and its own name, may not be on stable storage: the last stop was not clean.
/// </param>
internal sealed record LoadedLog(
    SegmentList Segments,
    long LogStartOffset,
    long LogEndOffset,
    long RecoveryPoint,
    bool HasFiles,
    Guid? TopicId,
    bool IsSettled);

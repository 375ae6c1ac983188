using Samsa.Storage.Segments;

namespace Samsa.Storage;

/// <summary>What <see cref="LogLoader"/> found in a partition directory.</summary>
/// <param name="Segments">The segments.</param>
/// <param name="LogStartOffset">The first offset that may be served.</param>
/// <param name="LogEndOffset">The offset that the next record gets.</param>
/// <param name="RecoveryPoint">Everything below is on stable storage.</param>
/// <param name="DirectoryChanged">Files were created or renamed: the directory must be flushed with the next flush.</param>
internal sealed record LoadedLog(
    SegmentList Segments, long LogStartOffset, long LogEndOffset, long RecoveryPoint, bool DirectoryChanged);

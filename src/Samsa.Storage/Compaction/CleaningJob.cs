namespace Samsa.Storage.Compaction;

/// <summary>A log that a thread of the cleaner has taken.</summary>
internal readonly record struct CleaningJob(
    ICompactedDirectory Directory, PartitionLog Log, CleanableRange Range, CancellationToken Abort);

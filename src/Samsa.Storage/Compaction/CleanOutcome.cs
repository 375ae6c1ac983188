namespace Samsa.Storage.Compaction;

/// <summary>How one pass over a log ended.</summary>
/// <param name="IsComplete">False when it was told to end before: what was swapped already stays.</param>
/// <param name="EndOffset">The log is compacted up to here; only of a complete pass.</param>
/// <param name="Statistics">What it did.</param>
internal readonly record struct CleanOutcome(bool IsComplete, long EndOffset, CleanStatistics Statistics);

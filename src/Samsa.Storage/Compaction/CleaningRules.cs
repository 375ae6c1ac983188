namespace Samsa.Storage.Compaction;

/// <summary>What one pass judges the batches of a log by. Times are ms since 1970.</summary>
/// <param name="Map">The newest offset of every key of the dirty part.</param>
/// <param name="MapEnd">The offset up to which (exclusive) the map knows the log.</param>
/// <param name="Now">The time of the pass.</param>
/// <param name="DeleteRetentionMs"><c>delete.retention.ms</c>.</param>
/// <param name="Producers">The producers that the log remembers.</param>
internal sealed record CleaningRules(
    OffsetMap Map, long MapEnd, long Now, long DeleteRetentionMs, IReadOnlyDictionary<long, ProducerTail> Producers)
{
    /// <summary>The time from which tombstones and markers that are met now for the first time may go.</summary>
    internal long NewDeleteHorizon => DeleteRetentionMs > long.MaxValue - Now ? long.MaxValue : Now + DeleteRetentionMs;
}

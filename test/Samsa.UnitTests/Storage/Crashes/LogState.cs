using System.Collections.Immutable;

namespace Samsa.UnitTests.Storage.Crashes;

/// <summary>What a log holds at one moment, and what of it was promised.</summary>
/// <param name="TopicId">The topic it belongs to.</param>
/// <param name="Batches">Everything that was appended and not truncated; retention may come undone in a crash, so the past is kept.</param>
/// <param name="End">The log end offset.</param>
/// <param name="DurableEnd">Promised: nothing below is lost.</param>
/// <param name="Start">The log start offset.</param>
/// <param name="PromisedStart">Promised: the log never starts below this again.</param>
/// <param name="CompactedTo">A compaction may have come up to here: below, records may be gone that newer ones of their keys supersede.</param>
/// <param name="TombstonesUntil">Tombstones of this time and older may be gone there, too.</param>
/// <param name="Gone">Records that a compaction took, and that nothing supersedes any more since the log was cut below.</param>
/// <param name="SeenByCompaction">Where the log ended when it was last compacted: which batch was the last of its producer was told by that.</param>
/// <param name="Displaced">Producers of which compaction saw newer batches, which were cut off since: it may have taken the older ones.</param>
/// <param name="StartsAnywhere">Emptied and not flushed since: an empty log may be found at any offset.</param>
internal sealed record LogState(
    Guid TopicId,
    ImmutableList<ModelBatch> Batches,
    long End,
    long DurableEnd,
    long Start,
    long PromisedStart,
    long CompactedTo,
    long TombstonesUntil,
    ImmutableHashSet<long> Gone,
    long SeenByCompaction,
    ImmutableHashSet<long> Displaced,
    bool StartsAnywhere)
{
    public static LogState Empty(Guid topicId) => new(topicId, [], 0, 0, 0, 0, 0, -1, [], 0, [], false);

    public LogState Append(ModelBatch batch) => this with { Batches = Batches.Add(batch), End = batch.Last + 1 };

    public LogState Flushed() => this with { DurableEnd = End, StartsAnywhere = false };

    public LogState CutAt(long offset) => Shortened(offset) with
    {
        DurableEnd = Math.Min(DurableEnd, offset),
        Start = Math.Min(Start, offset),
        PromisedStart = Math.Min(PromisedStart, offset),
    };

    /// <summary>Without the batches that are not wholly below <paramref name="end"/>.</summary>
    public LogState Shortened(long end) => this with
    {
        Batches = Batches.RemoveAll(batch => batch.Last >= end),
        End = Math.Min(End, end),
        CompactedTo = Math.Min(CompactedTo, end),
        Displaced = Displaced.Union(
            Batches.Where(batch => batch.Last >= end && batch.First < SeenByCompaction && batch.Sequence >= 0).Select(static batch => batch.Producer)),
    };

    /// <summary>True when compaction may have taken this batch, the last of its producer, rightly.</summary>
    public bool MayBeForgotten(ModelBatch batch) => Displaced.Contains(batch.Producer) && batch.Last < CompactedTo;

    public LogState RestartAt(long offset) => new(TopicId, [], offset, 0, offset, 0, 0, -1, [], 0, [], true);
}

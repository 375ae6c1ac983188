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
    bool StartsAnywhere)
{
    public static LogState Empty(Guid topicId) => new(topicId, [], 0, 0, 0, 0, 0, -1, [], false);

    public LogState Append(ModelBatch batch) => this with { Batches = Batches.Add(batch), End = batch.Last + 1 };

    public LogState Flushed() => this with { DurableEnd = End, StartsAnywhere = false };

    public LogState CutAt(long offset) => this with
    {
        Batches = Batches.RemoveAll(batch => batch.Last >= offset),
        End = Math.Min(End, offset),
        DurableEnd = Math.Min(DurableEnd, offset),
        Start = Math.Min(Start, offset),
        PromisedStart = Math.Min(PromisedStart, offset),
        CompactedTo = Math.Min(CompactedTo, offset),
    };

    public LogState RestartAt(long offset) => new(TopicId, [], offset, 0, offset, 0, 0, -1, [], true);
}

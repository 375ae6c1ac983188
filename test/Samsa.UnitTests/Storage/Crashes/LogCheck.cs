using System.Text;
using Samsa.Protocol;
using Samsa.Protocol.Records;
using Samsa.Storage;
using Xunit;

namespace Samsa.UnitTests.Storage.Crashes;

/// <summary>Compares one log that has just been opened with what the model promised of it.</summary>
internal sealed class LogCheck(PartitionLog log)
{
    /// <summary>
    /// Checks against the states before and after the operation that the crash interrupted: the log is the front of one of them, at
    /// least up to what both promised. Returns the state it is in.
    /// </summary>
    public LogState Run(LogState before, LogState after)
    {
        var (start, end) = (log.LogStartOffset, log.LogEndOffset);
        Assert.InRange(start, 0, end);
        var found = ReadAll();
        if (start == end && (before.StartsAnywhere || after.StartsAnywhere))
        {
            Assert.Empty(found);

            // The front of the old log may be left below its start offset; its producers are known then.
            var past = log.Producers.Count > 0 ? before.Batches.RemoveAll(batch => batch.Last >= end) : [];
            var empty = LogState.Empty(after.TopicId) with { Batches = past, Start = start, End = end, StartsAnywhere = true };
            CheckProducers(empty, found);
            return empty;
        }

        var state = WhyNot(found, before) is null ? before : after;
        if (WhyNot(found, state) is { } reason)
        {
            Assert.Fail($"{log.TopicPartition}: {WhyNot(found, before)}; nor is it what comes after, {reason}.");
        }

        var floor = Math.Min(before.DurableEnd, after.DurableEnd);
        Assert.True(end >= floor, $"{log.TopicPartition} ends at {end}; up to {floor} was promised.");
        var promisedStart = Math.Min(before.PromisedStart, after.PromisedStart);
        var lastStart = Math.Max(before.Start, after.Start);
        Assert.True(start >= promisedStart, $"{log.TopicPartition} starts at {start}; {promisedStart} was promised.");
        Assert.True(start <= lastStart, $"{log.TopicPartition} starts at {start}; it was {lastStart} at most.");
        if (end < state.CompactedTo)
        {
            var left = found.SelectMany(static batch => batch.Records).Select(static record => record.Offset).ToHashSet();
            var all = state.Batches.SelectMany(static batch => batch.Values.Select((_, i) => batch.First + i));
            state = state with { Gone = state.Gone.Union(all.Where(offset => offset < end && !left.Contains(offset))) };
        }

        state = state.Shortened(end) with
        {
            End = end,
            DurableEnd = end,
            Start = start,
            PromisedStart = start,
            StartsAnywhere = false,
        };
        CheckEpochs(found);
        CheckProducers(state, found);
        CheckTransactions(state, found);
        CheckTimes(found);
        return state;
    }

    private string? WhyNot(List<FoundBatch> found, LogState state)
    {
        var (start, end) = (log.LogStartOffset, log.LogEndOffset);
        if (end > state.End)
        {
            return $"it ends at {end}, {state.End} was the end";
        }

        if (start == end)
        {
            // All was lost, and the log goes on at its start offset, which may lie in the middle of a batch that was.
            return null;
        }

        if (state.Batches.Find(batch => batch.First < end && batch.Last >= end) is { } torn)
        {
            return $"it ends at {end}, in the middle of the batch {torn.First} to {torn.Last}";
        }

        var expected = state.Batches.FindAll(batch => batch.Last >= start && batch.First < end);
        if (expected is [var first, ..] && first.First > start)
        {
            return $"it starts at {start}, its first batch at {first.First}";
        }

        if (expected.IsEmpty)
        {
            return $"it goes from {start} to {end}, where nothing is";
        }

        foreach (var batch in found)
        {
            if (expected.Find(known => known.First == batch.First) is not { } known || !batch.Is(known))
            {
                return $"it has the batch {batch}, expected was {expected.Find(known => known.Last >= batch.First)}";
            }

            if (batch.Records.FirstOrDefault(record => !IsSame(record, known)) is { } wrong)
            {
                return $"it has the record {wrong}, in place of one of {Describe(known)}";
            }
        }

        return found.Zip(found.Skip(1)).Any(static pair => pair.First.Last >= pair.Second.First)
            ? "batches come twice"
            : new CompactionModel(state).WhyNot(expected, found, start, end);
    }

    private static bool IsSame(FoundRecord record, ModelBatch batch)
    {
        var at = record.Offset - batch.First;
        return at >= 0 && at < batch.Values.Length && record == new FoundRecord(record.Offset, batch.Values[at], batch.Timestamp + at);
    }

    private static string Describe(ModelBatch? batch) => batch is null ? "missing" : $"{batch} [{string.Join(' ', batch.Values)}]";

    private List<FoundBatch> ReadAll()
    {
        var batches = new List<FoundBatch>();
        for (var offset = log.LogStartOffset; offset < log.LogEndOffset; offset = batches[^1].Last + 1)
        {
            var result = log.Read(offset, 700, log.LogEndOffset, minOneMessage: true);
            Assert.Equal(ErrorCode.None, result.Error);
            using var region = result.Region;
            Assert.True(region is not null, $"{log.TopicPartition}: nothing to read at {offset}, the log ends at {log.LogEndOffset}.");
            var bytes = new byte[region.Length];
            region.CopyTo(0, bytes);
            var count = batches.Count;
            foreach (var batch in new RecordBatchEnumerator(bytes))
            {
                Assert.True(batch.IsCrcValid(), $"{log.TopicPartition}: the batch at {batch.Header.BaseOffset} is damaged.");
                batches.Add(Read(batch.Bytes, batch.Header));
            }

            Assert.True(batches.Count > count, $"{log.TopicPartition}: no whole batch at {offset}.");
            Assert.True(offset <= batches[count].Last, $"{log.TopicPartition}: a read at {offset} gives {batches[count]}.");
        }

        return batches;
    }

    private static FoundBatch Read(ReadOnlySpan<byte> bytes, RecordBatchHeader header)
    {
        var records = new List<FoundRecord>();
        foreach (var record in new RecordEnumerator(bytes))
        {
            var key = record.Key.IsNull || header.IsControl ? "" : Encoding.UTF8.GetString(record.Key.Span) + "=";
            var value = record.Value.IsNull || header.IsControl ? "" : Encoding.UTF8.GetString(record.Value.Span);
            records.Add(new FoundRecord(record.Offset, key + value, record.Timestamp));
        }

        return new FoundBatch(
            header.BaseOffset, header.LastOffset, header.PartitionLeaderEpoch, header.ProducerId, header.ProducerEpoch,
            header.BaseSequence, header.IsTransactional, header.IsControl, records);
    }

    private IEnumerable<ModelBatch> Visible(LogState state) => state.Batches.Where(batch => batch.Last >= log.LogStartOffset);

    private void CheckEpochs(List<FoundBatch> found)
    {
        foreach (var batch in found)
        {
            var offset = Math.Max(batch.First, log.LogStartOffset);
            Assert.True(
                log.LeaderEpochs.EpochForOffset(offset) == batch.Epoch,
                $"{log.TopicPartition}: offset {offset} is of epoch {batch.Epoch}; known are {string.Join(' ', log.LeaderEpochs.Entries)}.");
        }

        foreach (var entry in log.LeaderEpochs.Entries)
        {
            Assert.InRange(entry.StartOffset, log.LogStartOffset, log.LogEndOffset);
        }
    }

    private void CheckProducers(LogState state, List<FoundBatch> found)
    {
        foreach (var known in log.Producers.ActiveProducers())
        {
            // What was lost must not be remembered: a record sent again would count as a duplicate.
            var last = state.Batches.FindLast(batch => batch.Producer == known.ProducerId && batch.Sequence >= 0);
            Assert.True(
                known.LastSequence < 0 || (last is not null && (last.LastSequence, last.ProducerEpoch) == (known.LastSequence, known.ProducerEpoch)),
                $"{log.TopicPartition}: producer {known} is remembered; its last batch is {Describe(last)}.");
        }

        // What lies below the log start may be forgotten (-1 when only a marker is left).
        var bySender = log.Producers.ActiveProducers().ToDictionary(static producer => producer.ProducerId);
        foreach (var last in Visible(state).Where(static batch => batch.Sequence >= 0).GroupBy(static batch => batch.Producer).Select(static g => g.Last()))
        {
            var sequence = bySender.TryGetValue(last.Producer, out var known) ? known.LastSequence : -1;
            Assert.True(
                sequence == last.LastSequence || (sequence == -1 && (last.First < log.LogStartOffset || IsTaken(last))),
                $"{log.TopicPartition}: producer {last.Producer} is at {sequence}, its last batch is {Describe(last)}.");
        }

        bool IsTaken(ModelBatch last) => state.MayBeForgotten(last) && !found.Exists(batch => batch.First == last.First);
    }

    private void CheckTransactions(LogState state, List<FoundBatch> found)
    {
        var open = new Dictionary<long, long>();
        var aborted = new List<(long Producer, long First, long Last)>();
        foreach (var batch in state.Batches.Where(static batch => batch.IsTransactional))
        {
            if (batch.Marker is null)
            {
                open.TryAdd(batch.Producer, batch.First);
            }
            else if (open.Remove(batch.Producer, out var first) && batch.Marker == false)
            {
                aborted.Add((batch.Producer, first, batch.First));
            }
        }

        // A transaction that began below the log start may be known from where the log starts only, or not at all.
        var start = log.LogStartOffset;
        var cutOff = aborted.Where(entry => entry.First < start).Select(static entry => entry.Last).ToHashSet();
        var listed = log.ListAbortedTransactions(start, log.LogEndOffset)
            .Select(static entry => (Producer: entry.ProducerId, First: entry.FirstOffset, Last: entry.LastOffset))
            .Where(entry => !cutOff.Contains(entry.Last)).ToList();

        // One of which compaction left no record may be forgotten, or be known from its first record that is left.
        Assert.Equal(listed.OrderBy(static entry => entry.Last), listed);
        Assert.All(listed, entry => Assert.Contains(
            aborted, known => (known.Producer, known.Last) == (entry.Producer, entry.Last) && known.First <= entry.First));
        var left = found.Where(static batch => batch is { IsControl: false, Records.Count: > 0 }).ToList();
        foreach (var entry in aborted.Where(entry => !cutOff.Contains(entry.Last)))
        {
            var first = left.Find(batch => batch.Producer == entry.Producer && batch.First >= entry.First && batch.Last < entry.Last);
            Assert.True(
                first is null || listed.Exists(known => known.Last == entry.Last && known.First <= first.First),
                $"{log.TopicPartition}: {first} was aborted at {entry.Last}; known are {string.Join(' ', listed)}");
        }

        if (open.Values.All(first => first >= start))
        {
            long? firstOpen = open.Count > 0 ? open.Values.Min() : null;
            Assert.True(
                log.Producers.FirstUnstableOffset == firstOpen || log.HighWatermark < log.LogEndOffset,
                $"{log.TopicPartition}: the first open transaction begins at {firstOpen}; known is {log.Producers.FirstUnstableOffset}.");
        }
    }

    private void CheckTimes(List<FoundBatch> found)
    {
        // Where every record has the time that the batch promises, the first at or after a time is easily told.
        var records = found.SelectMany(static batch => batch.Records).Where(record => record.Offset >= log.LogStartOffset).ToList();
        foreach (var batch in found.Where(static batch => batch.Records.Count > 0).TakeLast(3))
        {
            var target = batch.Records.Max(static record => record.Timestamp);
            var expected = records.First(record => record.Timestamp >= target);
            var result = log.OffsetForTimestamp(target);
            Assert.Equal((expected.Offset, expected.Timestamp), (result?.Offset, result?.Timestamp));
        }
    }
}

using System.Globalization;
using Samsa.Protocol;
using Samsa.Protocol.Records;
using Samsa.Storage.Producers;
using Samsa.Storage.Segments;
using Samsa.Storage.Validation;

namespace Samsa.Storage;

/// <content>The append path: stamp, check, write once, remember.</content>
public sealed partial class PartitionLog
{
    private const long NoTime = -1;

    /// <summary>Appends what <see cref="RecordValidator"/> accepted; a refusal of the validator is passed on.</summary>
    public LogAppendResult Append(in ValidatedRecords records, int leaderEpoch, AppendOrigin origin) =>
        records.Error == ErrorCode.None
            ? Append(records.Bytes.Span, leaderEpoch, origin, records.LogAppendTime)
            : Refuse(records.Error, records.ErrorMessage);

    /// <summary>
    /// Appends whole batches in one write. For <see cref="AppendOrigin.Client"/> and <see cref="AppendOrigin.Coordinator"/> the
    /// offsets and <paramref name="leaderEpoch"/> are stamped into <paramref name="batches"/>; a follower's batches keep what
    /// their leader stamped. Structure and checksums must have been checked before. On an error nothing was appended.
    /// </summary>
    /// <param name="batches">Batches of magic 2 (a follower's may be older). Changed in place.</param>
    /// <param name="leaderEpoch">The epoch of the leader that appends; -1 stamps and notes none.</param>
    /// <param name="origin">Who appends.</param>
    /// <param name="logAppendTime">The time the validator stamped, ms; -1 when it stamped none. Only passed on to the answer.</param>
    public LogAppendResult Append(Span<byte> batches, int leaderEpoch, AppendOrigin origin, long logAppendTime = NoTime)
    {
        LogAppendResult result;
        bool flush;
        lock (_lock)
        {
            if (_closed)
            {
                return Refuse(ErrorCode.NotLeaderOrFollower, "The log is closed");
            }

            result = AppendLocked(batches, leaderEpoch, origin, logAppendTime);
            flush = _unflushedRecords >= _config.FlushMessages;
            _unflushedRecords = flush ? 0 : _unflushedRecords;
        }

        if (flush)
        {
            _flusher.Flush();
        }

        return result;
    }

    private LogAppendResult AppendLocked(Span<byte> batches, int leaderEpoch, AppendOrigin origin, long logAppendTime)
    {
        var config = _config;
        if (batches.Length > config.SegmentBytes)
        {
            return Refuse(ErrorCode.RecordListTooLarge, string.Create(CultureInfo.InvariantCulture,
                $"The batches take {batches.Length} bytes, a segment holds at most {config.SegmentBytes} (segment.bytes)"));
        }

        var answer = Prepare(batches, leaderEpoch, origin, logAppendTime, out var extent);
        if (!extent.HasRecords)
        {
            return answer;
        }

        CreateFilesLocked();
        SettleNames();
        NoteEpochs(batches, leaderEpoch, origin, extent.FirstOffset);
        var segment = _segments.Active;
        if (segment.MustRoll(config, batches.Length, extent.LastOffset, extent.MaxTimestamp, _options.Clock))
        {
            segment = RollLocked(Math.Max(_logEndOffset, extent.FirstOffset));
        }

        segment.Append(batches, config.IndexIntervalBytes);
        if (extent.HasProducers)
        {
            NoteProducers(batches, segment);
        }

        var next = extent.LastOffset + 1;
        Producers.UpdateMapEndOffset(next);
        _tail.Note(next, segment, segment.Size);
        _unflushedRecords += next - _logEndOffset;
        Volatile.Write(ref _logEndOffset, next);
        return answer;
    }

    // Stamps and checks every batch. Without records in the extent the returned answer is final: a refusal or a duplicate.
    private LogAppendResult Prepare(
        Span<byte> batches, int leaderEpoch, AppendOrigin origin, long logAppendTime, out AppendExtent extent)
    {
        extent = default;
        var assign = origin != AppendOrigin.Replication;
        var next = _logEndOffset;
        var first = -1L;
        var maxTimestamp = NoTime;
        var hasProducers = false;
        for (var at = 0; at < batches.Length;)
        {
            if (!BatchInfo.TryRead(batches[at..], out var batch) || batch.Size > batches.Length - at)
            {
                return Refuse(ErrorCode.CorruptMessage, string.Create(CultureInfo.InvariantCulture,
                    $"Byte {at} of the records is not the start of a whole batch"));
            }

            var bytes = batches.Slice(at, batch.Size);
            var firstOffset = batch.BaseOffset;
            var lastOffset = batch.LastOffset;
            if (assign)
            {
                if (batch.Magic != RecordBatch.CurrentMagic)
                {
                    return Refuse(ErrorCode.InvalidRecord, string.Create(CultureInfo.InvariantCulture,
                        $"A batch of magic {batch.Magic} must be converted to magic {RecordBatch.CurrentMagic} before it is appended"));
                }

                if (lastOffset - firstOffset >= long.MaxValue - next)
                {
                    return Refuse(ErrorCode.OffsetOutOfRange, string.Create(CultureInfo.InvariantCulture,
                        $"The log ends at offset {next}; there are no offsets left for {lastOffset - firstOffset + 1} records"));
                }

                lastOffset = next + (lastOffset - firstOffset);
                firstOffset = next;
                RecordBatch.SetBaseOffset(bytes, firstOffset);
                if (leaderEpoch >= 0)
                {
                    RecordBatch.SetLeaderEpoch(bytes, leaderEpoch);
                }
            }
            else if (firstOffset < next)
            {
                return Refuse(ErrorCode.OffsetOutOfRange, string.Create(CultureInfo.InvariantCulture,
                    $"A replicated batch starts at offset {firstOffset}, before the end of the log at {next}"));
            }

            if (batch.Magic == RecordBatch.CurrentMagic && new RecordBatchHeader(bytes) is { HasProducerId: true } header)
            {
                hasProducers = true;
                var check = CheckProducer(header, bytes, firstOffset, lastOffset, origin);
                if (check.Verdict != ProducerVerdict.Accepted)
                {
                    return Answer(check);
                }
            }

            first = first < 0 ? firstOffset : first;
            maxTimestamp = Math.Max(maxTimestamp, batch.MaxTimestamp);
            next = lastOffset + 1;
            at += batch.Size;
        }

        extent = new AppendExtent(first >= 0, first, next - 1, maxTimestamp, hasProducers);
        return new(
            ErrorCode.None, null, first, first < 0 ? -1 : next - 1, logAppendTime, _logStartOffset, IsDuplicate: false);
    }

    private ProducerCheckResult CheckProducer(
        RecordBatchHeader header, ReadOnlySpan<byte> bytes, long firstOffset, long lastOffset, AppendOrigin origin)
    {
        if (!header.IsControl)
        {
            return Producers.Check(ProducerBatches.From(header, firstOffset, lastOffset), origin);
        }

        return ProducerBatches.TryReadMarker(bytes, firstOffset, out var marker)
            ? Producers.CheckMarker(marker, origin)
            : ProducerCheckResult.Accepted;
    }

    // After the write: the log holds the batches, now the producers learn of them.
    private void NoteProducers(ReadOnlySpan<byte> batches, LogSegment segment)
    {
        for (var at = 0; at < batches.Length && BatchInfo.TryRead(batches[at..], out var batch); at += batch.Size)
        {
            ProducerBatches.Note(Producers, batches.Slice(at, batch.Size), batch, segment.Transactions);
        }
    }

    private void NoteEpochs(ReadOnlySpan<byte> batches, int leaderEpoch, AppendOrigin origin, long firstOffset)
    {
        if (origin != AppendOrigin.Replication)
        {
            if (leaderEpoch >= 0)
            {
                LeaderEpochs.Assign(leaderEpoch, firstOffset);
            }

            return;
        }

        for (var at = 0; at < batches.Length && BatchInfo.TryRead(batches[at..], out var batch); at += batch.Size)
        {
            if (batch.LeaderEpoch >= 0)
            {
                LeaderEpochs.Assign(batch.LeaderEpoch, batch.BaseOffset);
            }
        }
    }

    private LogAppendResult Answer(in ProducerCheckResult check) => check.Verdict switch
    {
        // As in Kafka the old batch's time, also where it is the producer's.
        ProducerVerdict.Duplicate => new(
            ErrorCode.None, null, check.FirstOffset, check.LastOffset, check.Timestamp, _logStartOffset, true),
        ProducerVerdict.OutOfOrderSequence => Refuse(ErrorCode.OutOfOrderSequenceNumber, check.Message),
        ProducerVerdict.InvalidProducerEpoch => Refuse(ErrorCode.InvalidProducerEpoch, check.Message),
        ProducerVerdict.InvalidTransactionState => Refuse(ErrorCode.InvalidTxnState, check.Message),
        ProducerVerdict.CoordinatorFenced => Refuse(ErrorCode.TransactionCoordinatorFenced, check.Message),
        _ => Refuse(ErrorCode.UnknownServerError, check.Message),
    };

    private LogAppendResult Refuse(ErrorCode error, string? message) => new(error, message, -1, -1, NoTime, _logStartOffset, false);

    private readonly record struct AppendExtent(
        bool HasRecords, long FirstOffset, long LastOffset, long MaxTimestamp, bool HasProducers);
}

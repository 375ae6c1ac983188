using Samsa.Protocol.Records;
using Samsa.Storage.Producers;

namespace Samsa.Storage.Segments;

/// <summary>Carries batches of idempotent and transactional producers from the log to the producer state.</summary>
internal static class ProducerBatches
{
    internal static ProducerBatch From(RecordBatchHeader header, long firstOffset, long lastOffset) => new(
        header.ProducerId,
        header.ProducerEpoch,
        header.BaseSequence,
        header.LastSequence,
        firstOffset,
        lastOffset,
        header.MaxTimestamp,
        header.IsTransactional);

    /// <summary>Reads a commit or abort marker from a control batch; other control batches have none.</summary>
    internal static bool TryReadMarker(ReadOnlySpan<byte> batch, long offset, out TransactionMarker marker)
    {
        marker = default;
        if (!ControlRecord.TryReadMarker(batch, out var read))
        {
            return false;
        }

        var header = new RecordBatchHeader(batch);
        marker = new TransactionMarker(
            header.ProducerId,
            header.ProducerEpoch,
            read.CoordinatorEpoch,
            read.Type == ControlRecordType.Abort,
            offset,
            header.MaxTimestamp);
        return true;
    }

    /// <summary>
    /// Takes a batch that is in the log into the producer state. A transaction that it aborts goes into
    /// <paramref name="aborted"/>, unless that is null (the entry is on disk already).
    /// </summary>
    internal static void Note(
        ProducerStateManager producers, ReadOnlySpan<byte> batch, in BatchInfo info, TransactionIndex? aborted)
    {
        if (info.Magic != RecordBatch.CurrentMagic)
        {
            return;
        }

        var header = new RecordBatchHeader(batch);
        if (!header.HasProducerId)
        {
            return;
        }

        if (!header.IsControl)
        {
            producers.Update(From(header, info.BaseOffset, info.LastOffset));
        }
        else if (TryReadMarker(batch, info.BaseOffset, out var marker)
            && producers.CompleteTransaction(marker) is { IsAborted: true } ended)
        {
            aborted?.Append(new AbortedTransaction(
                ended.ProducerId, ended.FirstOffset, ended.LastOffset, ended.LastStableOffset));
        }
    }
}

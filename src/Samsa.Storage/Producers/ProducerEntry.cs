using Samsa.Protocol.Records;

namespace Samsa.Storage.Producers;

/// <summary>
/// Owns what one partition knows of one producer: its epoch, a ring of its last five batches, its open transaction.
/// Entered beneath the lock of its <see cref="ProducerStateManager"/>. Lives until it expires. Never fails.
/// </summary>
internal sealed class ProducerEntry(long producerId)
{
    /// <summary>The epoch before any is known, and the offset of no transaction.</summary>
    internal const short NoEpoch = -1;

    internal const long NoOffset = -1;

    private BatchWindow _batches;
    private int _newest = -1;
    private int _count;

    internal long ProducerId { get; } = producerId;

    internal short Epoch { get; private set; } = NoEpoch;

    internal int CoordinatorEpoch { get; private set; } = -1;

    internal long LastTimestamp { get; private set; } = -1;

    internal long CurrentTransactionFirstOffset { get; set; } = NoOffset;

    internal bool HasOpenTransaction => CurrentTransactionFirstOffset != NoOffset;

    internal bool HasBatches => _count > 0;

    /// <summary>The newest batch; only when there is one.</summary>
    internal BatchMetadata Newest => _batches[_newest];

    internal int LastSequence => _count > 0 ? _batches[_newest].LastSequence : RecordBatch.NoSequence;

    internal void Restore(short epoch, int coordinatorEpoch, long timestamp, long transactionFirstOffset)
    {
        Epoch = epoch;
        CoordinatorEpoch = coordinatorEpoch;
        LastTimestamp = timestamp;
        CurrentTransactionFirstOffset = transactionFirstOffset;
    }

    internal void Add(short epoch, BatchMetadata batch)
    {
        MoveTo(epoch);
        _newest = _newest + 1 == BatchWindow.Length ? 0 : _newest + 1;
        _batches[_newest] = batch;
        _count = Math.Min(_count + 1, BatchWindow.Length);
        LastTimestamp = batch.Timestamp;
    }

    internal void EndTransaction(in TransactionMarker marker)
    {
        MoveTo(marker.ProducerEpoch);
        CoordinatorEpoch = marker.CoordinatorEpoch;
        LastTimestamp = marker.Timestamp;
        CurrentTransactionFirstOffset = NoOffset;
    }

    /// <summary>Finds the remembered batch with exactly these sequences in this epoch.</summary>
    internal bool TryFind(short epoch, int firstSequence, int lastSequence, out BatchMetadata found)
    {
        if (epoch == Epoch)
        {
            for (var i = 0; i < _count; i++)
            {
                ref readonly var batch = ref _batches[i];
                if (batch.LastSequence == lastSequence && batch.FirstSequence == firstSequence)
                {
                    found = batch;
                    return true;
                }
            }
        }

        found = default;
        return false;
    }

    /// <summary>
    /// Begins to collect the batches before the oldest remembered one; null when there is no room, or nothing can lie before it.
    /// </summary>
    internal OlderBatches? BeginOlder()
    {
        if (_count == 0 || _count == BatchWindow.Length || Newest.LastSequence < 0)
        {
            return null;
        }

        var oldest = _batches[Slot(0)];
        return oldest.FirstSequence == 0 ? null : new OlderBatches(Epoch, oldest, Newest.LastOffset, BatchWindow.Length - _count);
    }

    /// <summary>Puts older batches of the same epoch, in the order of the log, in front of the remembered ones.</summary>
    internal void Prepend(ReadOnlySpan<BatchMetadata> older)
    {
        BatchWindow batches = default;
        older.CopyTo(batches);
        for (var i = 0; i < _count; i++)
        {
            batches[older.Length + i] = _batches[Slot(i)];
        }

        _batches = batches;
        _count += older.Length;
        _newest = _count - 1;
    }

    // Where the n-th oldest batch is.
    private int Slot(int n) => (_newest + 1 - _count + n + BatchWindow.Length) % BatchWindow.Length;

    private void MoveTo(short epoch)
    {
        if (epoch != Epoch)
        {
            Epoch = epoch;
            _count = 0;
            _newest = -1;
        }
    }
}

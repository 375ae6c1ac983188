using Samsa.Protocol.Records;
using Samsa.Storage.Segments;

namespace Samsa.Storage.Compaction;

/// <summary>
/// Owns what one pass over a log, in the order of offsets, has seen of its transactions: which batches were aborted, and which
/// markers end a transaction that has left no batch. One thread; lives as long as the pass. Never fails by itself; writing an
/// entry of the new transaction index may fail with <see cref="StorageException"/>.
/// </summary>
internal sealed class TransactionTracker
{
    private readonly PriorityQueue<AbortedTransaction, long> _ahead = new();
    private readonly Dictionary<long, Aborted> _aborted = [];
    private readonly HashSet<long> _committed = [];

    /// <summary>Gets the aborted transactions whose markers stay; null when nobody wants them.</summary>
    internal TransactionIndex? Index { get; set; }

    /// <summary>
    /// Adds aborted transactions of the part that comes next. One that reaches over several segments may be added again.
    /// </summary>
    internal void Add(IReadOnlyList<AbortedTransaction> transactions)
    {
        foreach (var transaction in transactions)
        {
            _ahead.Enqueue(transaction, transaction.FirstOffset);
        }
    }

    /// <summary>Takes in a batch of records. Returns true when its transaction was aborted: nobody may read its records.</summary>
    internal bool OnRecords(RecordBatchHeader header)
    {
        Begin(header.LastOffset);
        if (!header.IsTransactional)
        {
            return false;
        }

        if (_aborted.TryGetValue(header.ProducerId, out var aborted))
        {
            aborted.WasSeen = true;
            return true;
        }

        _committed.Add(header.ProducerId);
        return false;
    }

    /// <summary>
    /// Takes in a control batch. Returns true when it says nothing any more: no batch of the transaction that it ends was seen,
    /// or its record went already. Markers of other kinds always stay.
    /// </summary>
    internal bool OnControl(ReadOnlySpan<byte> batch)
    {
        var header = new RecordBatchHeader(batch);
        Begin(header.LastOffset);
        if (header.RecordCount == 0)
        {
            return true;
        }

        if (!ControlRecord.TryReadMarker(batch, out var marker))
        {
            return false;
        }

        if (marker.Type == ControlRecordType.Commit)
        {
            return !_committed.Remove(header.ProducerId);
        }

        if (!_aborted.Remove(header.ProducerId, out var aborted) || !aborted.WasSeen)
        {
            return true;
        }

        Index?.Append(aborted.Transaction);
        return false;
    }

    private void Begin(long upTo)
    {
        while (_ahead.TryPeek(out var transaction, out var firstOffset) && firstOffset <= upTo)
        {
            _ahead.Dequeue();
            _aborted.TryAdd(transaction.ProducerId, new Aborted(transaction));
        }
    }

    private sealed class Aborted(AbortedTransaction transaction)
    {
        internal AbortedTransaction Transaction => transaction;

        internal bool WasSeen { get; set; }
    }
}

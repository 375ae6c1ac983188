using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;

namespace Samsa.Client.Consumer.Fetching;

/// <summary>
/// What one answer brought for one partition: whole batches in order, or a failure. Owns a reference to the answer's memory until
/// <see cref="Release"/>; walked by the consuming thread only.
/// </summary>
internal sealed class FetchedPartition
{
    private readonly FetchedResponse? _response;
    private readonly ReadOnlyMemory<byte> _records;
    private readonly List<FetchResponse.AbortedTransaction>? _aborted;
    private HashSet<long>? _abortedProducers;
    private int _nextAborted;
    private int _read;

    /// <param name="response">The answer; the caller has counted the reference.</param>
    /// <param name="target">What was asked.</param>
    /// <param name="records">Whole batches.</param>
    /// <param name="aborted">The aborted transactions among them, where they are to be left out.</param>
    public FetchedPartition(
        FetchedResponse response, FetchTarget target, ReadOnlyMemory<byte> records, List<FetchResponse.AbortedTransaction>? aborted)
    {
        _response = response;
        _records = records;
        _aborted = aborted is { Count: > 0 } ? aborted : null;
        _aborted?.Sort(static (a, b) => a.FirstOffset.CompareTo(b.FirstOffset));
        State = target.State;
        Generation = target.Generation;
        NextOffset = target.Offset;
    }

    /// <summary>A failure that the caller hears of when everything before it was handed out; null for a position out of the log's range.</summary>
    public FetchedPartition(PartitionState state, ConsumeException? failure)
    {
        State = state;
        Generation = state.Generation;
        NextOffset = state.FetchOffset;
        IsFailure = true;
        Failure = failure;
    }

    public PartitionState State { get; }

    public int Generation { get; }

    public bool IsFailure { get; }

    public ConsumeException? Failure { get; }

    /// <summary>The batch that <see cref="MoveNext"/> reached.</summary>
    public ReadOnlyMemory<byte> Batch { get; private set; }

    /// <summary>The first offset of the batch that is wanted; earlier records are skipped.</summary>
    public long FirstOffset { get; private set; }

    /// <summary>The offset after the batch, and after what was left out before the next one.</summary>
    public long NextOffset { get; private set; }

    /// <summary>The leader epoch of the batch, -1 for unknown.</summary>
    public int Epoch { get; private set; } = RecordBatch.NoPartitionLeaderEpoch;

    /// <summary>
    /// Finds where the whole batches of an answer end. A cut-off last batch is normal (<see cref="RecordFault.Truncated"/>).
    /// </summary>
    /// <param name="records">The bytes as they came.</param>
    /// <param name="nextOffset">In: the offset that was asked for. Out: the one to ask for next.</param>
    /// <param name="epoch">In: the epoch before. Out: that of the last whole batch.</param>
    /// <param name="whole">The bytes of the whole batches.</param>
    public static RecordFault Scan(ReadOnlySpan<byte> records, ref long nextOffset, ref int epoch, out int whole)
    {
        var batches = new RecordBatchEnumerator(records);
        while (batches.MoveNext())
        {
            var batch = batches.Current;
            nextOffset = Math.Max(nextOffset, batch.LastOffset + 1);
            epoch = batch.Magic == RecordBatch.CurrentMagic ? batch.Header.PartitionLeaderEpoch : RecordBatch.NoPartitionLeaderEpoch;
        }

        whole = batches.Position;
        return batches.Fault;
    }

    /// <summary>Moves to the next batch that the caller may see; false at the end, or where <paramref name="fault"/> says why not.</summary>
    public bool MoveNext(bool checkCrc, out RecordFault fault)
    {
        fault = RecordFault.None;
        while (_read < _records.Length)
        {
            // The bytes were scanned when they came: here are only whole batches.
            var rest = _records[_read..];
            _ = RecordBatch.ReadSize(rest.Span, out var size, out _);
            Batch = rest[..size];
            var batches = new RecordBatchEnumerator(Batch.Span);
            batches.MoveNext();
            var view = batches.Current;
            if (checkCrc && !view.IsCrcValid())
            {
                fault = RecordFault.InvalidCrc;
                return false;
            }

            _read += size;
            FirstOffset = NextOffset;
            NextOffset = Math.Max(NextOffset, view.LastOffset + 1);
            var visible = view.LastOffset >= FirstOffset;
            if (view.Magic == RecordBatch.CurrentMagic)
            {
                Epoch = view.Header.PartitionLeaderEpoch;
                visible &= view.Header.RecordCount > 0;
                visible &= !IsHidden(view.Header);
            }

            if (visible)
            {
                return true;
            }
        }

        Batch = default;
        return false;
    }

    /// <summary>Gives the memory back. Called once.</summary>
    public void Release() => _response?.Release();

    // The list names where each aborted transaction began; it ends with the producer's next abort marker (KIP-98).
    private bool IsHidden(RecordBatchHeader header)
    {
        if (_aborted is not null)
        {
            while (_nextAborted < _aborted.Count && _aborted[_nextAborted].FirstOffset <= header.LastOffset)
            {
                (_abortedProducers ??= []).Add(_aborted[_nextAborted++].ProducerId);
            }
        }

        if (header.IsControl)
        {
            if (_abortedProducers is not null
                && ControlRecord.TryReadMarker(Batch.Span, out var marker)
                && marker.Type == ControlRecordType.Abort)
            {
                _abortedProducers.Remove(header.ProducerId);
            }

            return true;
        }

        return header.IsTransactional && _abortedProducers is not null && _abortedProducers.Contains(header.ProducerId);
    }
}

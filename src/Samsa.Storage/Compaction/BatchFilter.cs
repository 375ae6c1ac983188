using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;

namespace Samsa.Storage.Compaction;

/// <summary>
/// Decides batch by batch what a compaction keeps, and writes that. A batch that loses nothing is copied as it is; one that
/// loses records keeps its offsets, its producer's sequence and its codec. Owns buffers; one thread at a time; reusable until
/// disposed. Fails with <see cref="DamagedBatchException"/> for records that cannot be read.
/// </summary>
internal sealed class BatchFilter : IDisposable
{
    private readonly RecordReader _reader = new();
    private readonly RecordBatchBuilder _builder = new(new RecordBatchOptions());
    private readonly LegacyMessageSetBuilder _messages = new(new LegacyMessageSetOptions(Magic: 1));
    private CleaningRules _rules = null!;
    private TransactionTracker _transactions = null!;
    private CleanStatistics _statistics = null!;
    private bool[] _keep = new bool[256];

    /// <summary>
    /// True while a tombstone of magic 0 or 1 stays: such batches have no room for a delete horizon, so the age of their segment
    /// decides.
    /// </summary>
    internal bool KeepsLegacyTombstones { get; set; }

    /// <summary>True once a batch was changed or left out since <see cref="Begin"/>, or <see cref="ForgetChanges"/>.</summary>
    internal bool HasChanges { get; private set; }

    /// <summary>Begins a pass over a log.</summary>
    internal void Begin(CleaningRules rules, TransactionTracker transactions, CleanStatistics statistics)
    {
        _rules = rules;
        _transactions = transactions;
        _statistics = statistics;
        HasChanges = false;
    }

    internal void ForgetChanges() => HasChanges = false;

    /// <summary>Appends what stays of the batch that <paramref name="source"/> is at to <paramref name="output"/>.</summary>
    /// <param name="source">Where the batch is.</param>
    /// <param name="mustCover">The batch's offsets must stay covered by a batch, if need be by an empty one.</param>
    /// <param name="output">Takes the bytes.</param>
    internal void Filter(BatchSource source, bool mustCover, PooledBuffer output)
    {
        if (source.Info.Magic == RecordBatch.CurrentMagic)
        {
            FilterBatch(source, mustCover, output);
        }
        else
        {
            FilterMessages(source, output);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader.Dispose();
        _builder.Dispose();
        _messages.Dispose();
    }

    private void FilterBatch(BatchSource source, bool mustCover, PooledBuffer output)
    {
        var bytes = source.Current;
        var header = new RecordBatchHeader(bytes);
        _statistics.RecordsRead += header.RecordCount;
        var isEndOfMarker = header.IsControl && _transactions.OnControl(bytes);
        var isAborted = !header.IsControl && _transactions.OnRecords(header);
        var keepEmpty = mustCover || IsLastOfProducer(header);
        if (isAborted || (isEndOfMarker && header.DeleteHorizonMs <= _rules.Now))
        {
            Drop(header, keepEmpty, output);
        }
        else if (header.IsControl)
        {
            // A marker whose transaction left nothing gets the time from which it may go, once.
            if (isEndOfMarker && !header.HasDeleteHorizon && header.RecordCount > 0)
            {
                KeepAll(header.RecordCount);
                Rebuild(source, _reader.Read(bytes), _rules.NewDeleteHorizon, output);
            }
            else if (header.RecordCount > 0)
            {
                Copy(bytes, header.RecordCount, output);
            }
            else
            {
                Drop(header, keepEmpty, output);
            }
        }
        else if (header.BaseOffset >= _rules.MapEnd)
        {
            Copy(bytes, header.RecordCount, output);
        }
        else
        {
            FilterRecords(source, header, keepEmpty, output);
        }
    }

    private void FilterRecords(BatchSource source, RecordBatchHeader header, bool keepEmpty, PooledBuffer output)
    {
        var keepsTombstones = !(header.DeleteHorizonMs <= _rules.Now);
        var records = _reader.Read(source.Current);
        var again = records;
        var kept = Choose(source, ref records, keepsTombstones, out var count, out var tombstones);
        if (kept == 0)
        {
            Drop(header, keepEmpty, output);
            return;
        }

        var needsHorizon = tombstones && !header.HasDeleteHorizon;
        if (kept == count && !needsHorizon)
        {
            Copy(source.Current, count, output);
        }
        else
        {
            Rebuild(source, again, needsHorizon ? _rules.NewDeleteHorizon : header.DeleteHorizonMs, output);
        }
    }

    private void FilterMessages(BatchSource source, PooledBuffer output)
    {
        var records = _reader.Read(source.Current);
        var again = records;
        var kept = Choose(source, ref records, KeepsLegacyTombstones, out var count, out _);
        _statistics.RecordsRead += count;
        if (kept == count)
        {
            Copy(source.Current, count, output);
            return;
        }

        HasChanges = true;
        if (kept > 0)
        {
            RebuildMessages(source, again, output);
        }
    }

    // Walks the records and notes in _keep which of them stay.
    private int Choose(BatchSource source, ref BatchRecords records, bool keepsTombstones, out int count, out bool tombstones)
    {
        var kept = 0;
        count = 0;
        tombstones = false;
        while (records.MoveNext())
        {
            var record = records.Current;
            var keep = Stays(record, keepsTombstones);
            if (count == _keep.Length)
            {
                Array.Resize(ref _keep, 2 * count);
            }

            _keep[count++] = keep;
            kept += keep ? 1 : 0;
            tombstones |= keep && record.Value.IsNull;
        }

        return records.Fault == RecordFault.None
            ? kept
            : throw new DamagedBatchException(source.Path, source.Position, records.Fault.Describe());
    }

    private bool Stays(in RecordView record, bool keepsTombstones)
    {
        if (record.Offset >= _rules.MapEnd)
        {
            return true;
        }

        if (record.Key.IsNull)
        {
            _statistics.KeylessRecords++;
            return false;
        }

        return record.Offset >= _rules.Map.Get(record.Key.Span) && (!record.Value.IsNull || keepsTombstones);
    }

    private bool IsLastOfProducer(RecordBatchHeader header) =>
        header.HasProducerId
        && _rules.Producers.TryGetValue(header.ProducerId, out var tail)
        && (tail.LastOffset >= 0 ? header.LastOffset == tail.LastOffset : header.IsControl && header.ProducerEpoch == tail.Epoch);

    private void KeepAll(int count)
    {
        if (count > _keep.Length)
        {
            _keep = new bool[count];
        }

        _keep.AsSpan(0, count).Fill(true);
    }

    private void Copy(ReadOnlySpan<byte> batch, int records, PooledBuffer output)
    {
        output.Write(batch);
        _statistics.RecordsWritten += records;
    }

    private void Drop(RecordBatchHeader header, bool keepEmpty, PooledBuffer output)
    {
        if (keepEmpty && header.RecordCount == 0)
        {
            output.Write(header.Bytes);
            return;
        }

        HasChanges = true;
        if (keepEmpty)
        {
            output.Write(RecordBatch.BuildEmpty(header));
        }
    }

    private void Rebuild(BatchSource source, BatchRecords records, long? deleteHorizon, PooledBuffer output)
    {
        HasChanges = true;
        var header = new RecordBatchHeader(source.Current);
        _builder.Reset(RecordBatchOptions.From(header) with { DeleteHorizonMs = deleteHorizon });
        for (var i = 0; records.MoveNext(); i++)
        {
            if (_keep[i])
            {
                _builder.Append(records.Current);
                _statistics.RecordsWritten++;
            }
        }

        if (records.Fault != RecordFault.None)
        {
            throw new DamagedBatchException(source.Path, source.Position, records.Fault.Describe());
        }

        _builder.ExtendTo(header.LastOffset);
        output.Write(_builder.Build().Span);
    }

    private void RebuildMessages(BatchSource source, BatchRecords records, PooledBuffer output)
    {
        var batches = new RecordBatchEnumerator(source.Current);
        batches.MoveNext();
        var wrapper = batches.Current;
        _messages.Reset(new LegacyMessageSetOptions(
            wrapper.Magic, wrapper.Compression, null, wrapper.TimestampType, wrapper.MaxTimestamp));
        for (var i = 0; records.MoveNext(); i++)
        {
            if (_keep[i])
            {
                var record = records.Current;
                _messages.Append(record.Offset, record.Timestamp, record.Key, record.Value);
                _statistics.RecordsWritten++;
            }
        }

        output.Write(_messages.Build().Span);
    }
}

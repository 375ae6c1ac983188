using Samsa.Protocol.Records;

namespace Samsa.Client.Consumer;

/// <summary>The records of a <see cref="ConsumedBatch"/>, in order and without allocation.</summary>
public ref struct ConsumedRecords
{
    private readonly ConsumedBatch _batch;
    private BatchRecords _records;
    private long _next;

    internal ConsumedRecords(ConsumedBatch batch, BatchRecords records)
    {
        _batch = batch;
        _records = records;
        _next = batch.FirstOffset;
    }

    /// <summary>The record that <see cref="MoveNext"/> reached.</summary>
    public readonly RecordView Current => _records.Current;

    /// <summary>Moves to the next record.</summary>
    /// <exception cref="ConsumeException">The records are corrupt from here on.</exception>
    public bool MoveNext()
    {
        while (_records.MoveNext())
        {
            var offset = _records.Current.Offset;
            if (offset >= _batch.FirstOffset)
            {
                _next = offset + 1;
                return true;
            }
        }

        return _records.Fault == RecordFault.None ? false : throw _batch.Corrupt(_next, _records.Fault);
    }
}

using Samsa.Protocol.Wire;

namespace Samsa.Protocol.Records;

/// <summary>
/// Walks the records of one batch of magic 2 without allocation. The records must not be compressed (any more): use
/// <see cref="RecordReader"/> for batches that may be. After <see cref="MoveNext"/> returned false,
/// <see cref="Fault"/> tells whether that was the end or a broken record.
/// </summary>
public ref struct RecordEnumerator
{
    private readonly long _baseOffset;
    private readonly long _baseTimestamp;
    private readonly long _appendTime;
    private readonly int _count;
    private readonly bool _isAppendTime;
    private ReadOnlySpan<byte> _rest;
    private int _read;

    // The parts of the current record; its view is put together only when it is asked for.
    private OptionalBytes _key;
    private OptionalBytes _value;
    private ReadOnlySpan<byte> _headers;
    private int _headerCount;
    private int _size;

    /// <summary>The records of an uncompressed batch.</summary>
    public RecordEnumerator(ReadOnlySpan<byte> batch) : this(new RecordBatchHeader(batch), batch[RecordBatchHeader.Size..])
    {
        if (new RecordBatchHeader(batch).Compression != CompressionType.None)
        {
            throw new ArgumentException("The batch is compressed; decompress its records first.", nameof(batch));
        }
    }

    /// <summary>The records of a batch with this header, already decompressed.</summary>
    public RecordEnumerator(RecordBatchHeader header, ReadOnlySpan<byte> records)
    {
        _baseOffset = header.BaseOffset;
        _baseTimestamp = header.BaseTimestamp;
        _appendTime = header.TimestampType == TimestampType.LogAppendTime ? header.MaxTimestamp : RecordBatch.NoTimestamp;
        _isAppendTime = header.TimestampType == TimestampType.LogAppendTime;
        _count = header.RecordCount;
        _rest = records;
    }

    /// <summary>The record that <see cref="MoveNext"/> reached.</summary>
    public readonly RecordView Current => new(
        _baseOffset + OffsetDelta,
        _isAppendTime ? _appendTime : CreateTimestamp,
        _key,
        _value,
        _headerCount,
        _headers,
        _size);

    /// <summary>The offset of the current record minus the base offset, as stored.</summary>
    public int OffsetDelta { get; private set; }

    /// <summary>The current record's own timestamp, even where the batch's append time overrides it, ms.</summary>
    public long CreateTimestamp { get; private set; }

    /// <summary>What stopped the walk; <see cref="RecordFault.None"/> at a proper end.</summary>
    public RecordFault Fault { get; private set; }

    /// <summary>Itself, for foreach.</summary>
    public readonly RecordEnumerator GetEnumerator() => this;

    /// <summary>Moves to the next record; false at the end or at the first fault.</summary>
    public bool MoveNext()
    {
        if (Fault != RecordFault.None)
        {
            return false;
        }

        if (_read >= _count)
        {
            // Bytes after the last declared record: Kafka refuses such a batch too.
            Fault = _rest.IsEmpty && _count >= 0 ? RecordFault.None : RecordFault.WrongRecordCount;
            return false;
        }

        if (_rest.IsEmpty)
        {
            Fault = RecordFault.WrongRecordCount;
            return false;
        }

        if (!TryRead())
        {
            Fault = RecordFault.InvalidRecord;
            return false;
        }

        _read++;
        return true;
    }

    private bool TryRead()
    {
        if (!Varint.TryReadZigZag32(_rest, out var length, out var prefix) || (uint)length > (uint)(_rest.Length - prefix))
        {
            return false;
        }

        var body = _rest.Slice(prefix, length);
        if (body.IsEmpty)
        {
            return false;
        }

        body = body[1..]; // the record's attributes: no bit is in use
        if (!Varint.TryReadZigZag64(body, out var timestampDelta, out var taken))
        {
            return false;
        }

        body = body[taken..];
        if (!Varint.TryReadZigZag32(body, out var offsetDelta, out taken))
        {
            return false;
        }

        body = body[taken..];
        if (!RecordHeaders.TakeBytes(ref body, out var key)
            || !RecordHeaders.TakeBytes(ref body, out var value)
            || !Varint.TryReadZigZag32(body, out var headerCount, out taken)
            || headerCount < 0)
        {
            return false;
        }

        body = body[taken..];
        if (!RecordHeaders.AreSound(headerCount, body))
        {
            return false;
        }

        OffsetDelta = offsetDelta;
        CreateTimestamp = _baseTimestamp + timestampDelta;
        _key = key;
        _value = value;
        _headerCount = headerCount;
        _headers = body;
        _size = prefix + length;
        _rest = _rest[_size..];
        return true;
    }
}

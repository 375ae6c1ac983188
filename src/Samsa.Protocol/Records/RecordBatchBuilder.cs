using System.Buffers.Binary;
using System.Diagnostics;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Wire;

namespace Samsa.Protocol.Records;

/// <summary>
/// Writes one batch of magic 2, byte for byte as Apache Kafka does.
/// Owns: pooled buffers; the memory from <see cref="Build"/> is one of them.
/// Threads: one at a time.
/// Lifetime: <see cref="Reset"/> starts the next batch and, like disposal, ends the life of the last one's memory.
/// Fails: <see cref="ArgumentException"/> for records a batch cannot hold, <see cref="CodecUnavailableException"/> on a missing library.
/// </summary>
public sealed class RecordBatchBuilder : IDisposable
{
    private readonly PooledBuffer _plain = new();
    private readonly PooledBuffer _packed = new();
    private RecordBatchOptions _options;
    private long _baseTimestamp;
    private long _maxTimestamp;
    private long _lastOffset;
    private int _count;

    /// <summary>Starts the first batch.</summary>
    public RecordBatchBuilder(in RecordBatchOptions options) => Reset(options);

    /// <summary>The number of records so far.</summary>
    public int Count => _count;

    /// <summary>Bytes of header and records so far, before compression.</summary>
    public int UncompressedSize => _plain.Length;

    /// <summary>The largest record timestamp so far in ms, -1 without records.</summary>
    public long MaxTimestamp => _maxTimestamp;

    /// <summary>The records so far, as they will be read. Ends with the next <see cref="Append(in RecordView)"/> or <see cref="Reset"/>.</summary>
    public RecordEnumerator Records
    {
        get
        {
            WriteHeader(_plain.Span);
            return new RecordEnumerator(new RecordBatchHeader(_plain.Span), _plain.Span[RecordBatchHeader.Size..]);
        }
    }

    /// <summary>Forgets the batch and starts another.</summary>
    public void Reset(in RecordBatchOptions options)
    {
        if (options.IsControl && options.Compression != CompressionType.None)
        {
            throw new ArgumentException("Control batches are never compressed.", nameof(options));
        }

        if (options.IsTransactional && options.ProducerId == RecordBatch.NoProducerId)
        {
            throw new ArgumentException("A transactional batch needs a producer id.", nameof(options));
        }

        _options = options;
        _baseTimestamp = options.DeleteHorizonMs ?? RecordBatch.NoTimestamp;
        _maxTimestamp = RecordBatch.NoTimestamp;
        _lastOffset = options.BaseOffset - 1;
        _count = 0;
        _packed.Clear();
        _plain.Clear();
        _plain.GetSpan(RecordBatchHeader.Size);
        _plain.Advance(RecordBatchHeader.Size);
    }

    /// <summary>Adds a record at the next offset.</summary>
    /// <param name="timestamp">Milliseconds since the epoch, or -1.</param>
    /// <param name="key">The key or null.</param>
    /// <param name="value">The value or null.</param>
    /// <param name="headers">The headers in order.</param>
    public void Append(long timestamp, OptionalBytes key, OptionalBytes value, ReadOnlySpan<RecordHeader> headers = default) =>
        Append(_lastOffset + 1, timestamp, key, value, headers);

    /// <summary>Adds a record at an offset of its own, which must be larger than the last one's (compaction leaves gaps).</summary>
    public void Append(long offset, long timestamp, OptionalBytes key, OptionalBytes value, ReadOnlySpan<RecordHeader> headers = default)
    {
        var size = 0L;
        foreach (ref readonly var header in headers)
        {
            size += SizeOf(header.Key.Span) + SizeOf(header.Value);
        }

        var destination = Begin(offset, timestamp, key, value, headers.Length, size);
        foreach (ref readonly var header in headers)
        {
            destination = Put(destination, header.Key.Span);
            destination = Put(destination, header.Value);
        }

        Debug.Assert(destination.IsEmpty, "The size computed before must be the size written.");
    }

    /// <summary>Adds a copy of a record, its headers included, at its own offset.</summary>
    public void Append(in RecordView record) => Append(record, record.Offset, record.Timestamp);

    /// <summary>Adds a copy of a record, its headers included, with another offset and timestamp.</summary>
    public void Append(in RecordView record, long offset, long timestamp)
    {
        var headers = record.Headers.Bytes;
        headers.CopyTo(Begin(offset, timestamp, record.Key, record.Value, record.Headers.Count, headers.Length));
    }

    /// <summary>
    /// Makes the batch end at an offset beyond its last record, as compaction does so that the offsets of removed
    /// records stay covered.
    /// </summary>
    public void ExtendTo(long lastOffset)
    {
        if (lastOffset < _lastOffset || lastOffset - _options.BaseOffset > int.MaxValue)
        {
            throw new ArgumentOutOfRangeException(nameof(lastOffset), lastOffset, "The batch cannot end there.");
        }

        _lastOffset = lastOffset;
    }

    /// <summary>
    /// Completes the batch. The memory may be changed in place (offset, leader epoch) and is valid until
    /// <see cref="Reset"/>, the next <see cref="Build"/> or disposal.
    /// </summary>
    public Memory<byte> Build()
    {
        if (_lastOffset < _options.BaseOffset)
        {
            throw new InvalidOperationException("A batch covers at least one offset: add a record or extend it.");
        }

        var target = _plain;
        if (_options.Compression != CompressionType.None)
        {
            target = _packed;
            target.Clear();
            target.GetSpan(RecordBatchHeader.Size);
            target.Advance(RecordBatchHeader.Size);
            Compressor.Compress(_options.Compression, _options.CompressionLevel, _plain.Span[RecordBatchHeader.Size..], target);
        }

        WriteHeader(target.Span);
        return target.Memory;
    }

    /// <summary>
    /// Says who the producer is, as late as before <see cref="Build"/>: a sequence is known when the batch is sent, not when it is begun.
    /// </summary>
    public void SetProducer(long producerId, short producerEpoch, int baseSequence) =>
        _options = _options with { ProducerId = producerId, ProducerEpoch = producerEpoch, BaseSequence = baseSequence };

    /// <summary>Says so in a batch that is built already; <paramref name="batch"/> is what <see cref="Build"/> returned.</summary>
    public void SetProducer(Span<byte> batch, long producerId, short producerEpoch, int baseSequence)
    {
        SetProducer(producerId, producerEpoch, baseSequence);
        WriteHeader(batch);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _plain.Dispose();
        _packed.Dispose();
    }

    private void WriteHeader(Span<byte> batch)
    {
        var attributes = (int)_options.Compression
            | (_options.TimestampType == TimestampType.LogAppendTime ? RecordBatchHeader.TimestampTypeMask : 0)
            | (_options.IsTransactional ? RecordBatchHeader.TransactionalMask : 0)
            | (_options.IsControl ? RecordBatchHeader.ControlMask : 0)
            | (_options.DeleteHorizonMs is null ? 0 : RecordBatchHeader.DeleteHorizonMask);
        var maxTimestamp = _options.TimestampType == TimestampType.LogAppendTime ? _options.LogAppendTime : _maxTimestamp;

        BinaryPrimitives.WriteInt64BigEndian(batch[RecordBatchHeader.BaseOffsetPosition..], _options.BaseOffset);
        BinaryPrimitives.WriteInt32BigEndian(batch[RecordBatchHeader.BatchLengthPosition..], batch.Length - RecordBatchHeader.LogOverhead);
        BinaryPrimitives.WriteInt32BigEndian(batch[RecordBatchHeader.PartitionLeaderEpochPosition..], _options.PartitionLeaderEpoch);
        batch[RecordBatchHeader.MagicPosition] = (byte)RecordBatch.CurrentMagic;
        BinaryPrimitives.WriteInt16BigEndian(batch[RecordBatchHeader.AttributesPosition..], (short)attributes);
        BinaryPrimitives.WriteInt32BigEndian(batch[RecordBatchHeader.LastOffsetDeltaPosition..], (int)(_lastOffset - _options.BaseOffset));
        BinaryPrimitives.WriteInt64BigEndian(batch[RecordBatchHeader.BaseTimestampPosition..], _baseTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(batch[RecordBatchHeader.MaxTimestampPosition..], maxTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(batch[RecordBatchHeader.ProducerIdPosition..], _options.ProducerId);
        BinaryPrimitives.WriteInt16BigEndian(batch[RecordBatchHeader.ProducerEpochPosition..], _options.ProducerEpoch);
        BinaryPrimitives.WriteInt32BigEndian(batch[RecordBatchHeader.BaseSequencePosition..], _options.BaseSequence);
        BinaryPrimitives.WriteInt32BigEndian(batch[RecordBatchHeader.RecordCountPosition..], _count);
        RecordBatch.UpdateCrc(batch);
    }

    /// <summary>Writes a record up to and including its header count; returns the room left for the headers.</summary>
    private Span<byte> Begin(long offset, long timestamp, OptionalBytes key, OptionalBytes value, int headerCount, long headersSize)
    {
        var offsetDelta = offset - _options.BaseOffset;
        if (offset <= _lastOffset || offsetDelta > int.MaxValue)
        {
            throw new ArgumentOutOfRangeException(nameof(offset), offset, "Offsets of a batch grow, and stay within 2^31 of its base offset.");
        }

        if (_count == 0 && _options.DeleteHorizonMs is null)
        {
            _baseTimestamp = timestamp;
        }

        var timestampDelta = timestamp - _baseTimestamp;
        var length = 1L + Varint.LengthOfZigZag(timestampDelta) + Varint.LengthOfZigZag(offsetDelta)
            + SizeOf(key) + SizeOf(value) + Varint.LengthOfZigZag(headerCount) + headersSize;
        var total = length + Varint.LengthOfZigZag(length);
        if (total > Array.MaxLength - _plain.Length)
        {
            throw new ArgumentException($"A record of {total} bytes does not fit into a batch of {_plain.Length} bytes.");
        }

        var destination = _plain.GetSpan((int)total)[..(int)total];
        destination = destination[Varint.WriteZigZag(destination, length)..];
        destination[0] = 0;
        destination = destination[1..];
        destination = destination[Varint.WriteZigZag(destination, timestampDelta)..];
        destination = destination[Varint.WriteZigZag(destination, offsetDelta)..];
        destination = Put(destination, key);
        destination = Put(destination, value);
        destination = destination[Varint.WriteZigZag(destination, headerCount)..];

        _plain.Advance((int)total);
        _maxTimestamp = Math.Max(_maxTimestamp, timestamp);
        _lastOffset = offset;
        _count++;
        return destination;
    }

    private static long SizeOf(OptionalBytes bytes) => Varint.LengthOfZigZag(bytes.WireLength) + bytes.Length;

    private static Span<byte> Put(Span<byte> destination, OptionalBytes bytes)
    {
        destination = destination[Varint.WriteZigZag(destination, bytes.WireLength)..];
        bytes.Span.CopyTo(destination);
        return destination[bytes.Length..];
    }
}

using Samsa.Protocol.Compression;

namespace Samsa.Protocol.Records;

/// <summary>
/// Reads the records of batches of any magic, decompressing where needed.
/// Owns: one pooled buffer for decompressed records.
/// Threads: one at a time.
/// Lifetime: reusable; reading a batch ends the views of the batch before, disposal ends all.
/// Fails: bad bytes are a <see cref="RecordFault"/>; a missing codec library throws <see cref="CodecUnavailableException"/>.
/// </summary>
public sealed class RecordReader : IDisposable
{
    /// <summary>The default limit of decompressed bytes: as much as a whole request may have (<c>socket.request.max.bytes</c>).</summary>
    public const int DefaultMaxDecompressedSize = 104857600;

    private readonly PooledBuffer _buffer = new();
    private readonly int _maxDecompressedSize;

    /// <summary>A reader that decompresses at most <paramref name="maxDecompressedSize"/> bytes a batch.</summary>
    public RecordReader(int maxDecompressedSize = DefaultMaxDecompressedSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxDecompressedSize);
        _maxDecompressedSize = maxDecompressedSize;
    }

    /// <summary>How many bytes this reader decompressed so far, all batches together.</summary>
    public long DecompressedBytes { get; private set; }

    /// <summary>The records of a batch from a <see cref="RecordBatchEnumerator"/>. The checksum of the batch is not looked at.</summary>
    public BatchRecords Read(RecordBatchView batch)
    {
        if (batch.Magic != RecordBatch.CurrentMagic)
        {
            return ReadLegacy(batch);
        }

        var fault = RecordBatch.CheckStructure(batch.Bytes);
        return fault == RecordFault.None ? ReadRecords(batch.Bytes) : new BatchRecords(fault);
    }

    /// <summary>The records of <paramref name="batch"/>, which must be exactly one batch or message of any magic.</summary>
    public BatchRecords Read(ReadOnlySpan<byte> batch)
    {
        var batches = new RecordBatchEnumerator(batch);
        return batches.MoveNext()
            ? batches.Current.Size == batch.Length ? Read(batches.Current) : new BatchRecords(RecordFault.InvalidSize)
            : new BatchRecords(batches.Fault == RecordFault.None ? RecordFault.Truncated : batches.Fault);
    }

    /// <summary>
    /// The records of a batch of magic 2 whose header may contradict itself: for tools that look at damaged logs. What has no header
    /// of the right size, or a codec that does not exist, is refused here too.
    /// </summary>
    public BatchRecords ReadDamaged(ReadOnlySpan<byte> batch)
    {
        var fault = batch.Length < RecordBatchHeader.Size ? RecordFault.InvalidSize
            : new RecordBatchHeader(batch).Compression > CompressionType.Zstd ? RecordFault.UnknownCodec
            : RecordFault.None;
        return fault == RecordFault.None ? ReadRecords(batch) : new BatchRecords(fault);
    }

    /// <inheritdoc/>
    public void Dispose() => _buffer.Dispose();

    private BatchRecords ReadRecords(ReadOnlySpan<byte> batch)
    {
        var header = new RecordBatchHeader(batch);
        var records = batch[RecordBatchHeader.Size..];
        if (header.Compression == CompressionType.None)
        {
            return new BatchRecords(new RecordEnumerator(header, records));
        }

        var fault = Decompress(header.Compression, records, RecordBatch.CurrentMagic);
        return fault == RecordFault.None
            ? new BatchRecords(new RecordEnumerator(header, _buffer.Span))
            : new BatchRecords(fault);
    }

    private BatchRecords ReadLegacy(RecordBatchView message)
    {
        if (message.Compression == CompressionType.None)
        {
            return new BatchRecords(new LegacyRecordEnumerator(message));
        }

        if (message.Compression > CompressionType.Lz4)
        {
            return new BatchRecords(RecordFault.UnknownCodec);
        }

        if (!LegacyMessage.TryReadContent(message.Bytes, out _, out var content) || content.IsNull)
        {
            return new BatchRecords(RecordFault.InvalidRecord);
        }

        var fault = Decompress(message.Compression, content.Span, message.Magic);
        return fault == RecordFault.None
            ? new BatchRecords(new LegacyRecordEnumerator(message, _buffer.Span))
            : new BatchRecords(fault);
    }

    private RecordFault Decompress(CompressionType type, ReadOnlySpan<byte> source, sbyte magic)
    {
        _buffer.Clear();
        var status = Compressor.Decompress(type, source, _buffer, _maxDecompressedSize, magic);
        DecompressedBytes += _buffer.Length;
        return status switch
        {
            DecompressionStatus.Done => RecordFault.None,
            DecompressionStatus.TooLarge => RecordFault.TooLarge,
            _ => RecordFault.CorruptCompression,
        };
    }
}

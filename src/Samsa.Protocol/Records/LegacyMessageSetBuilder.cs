using Samsa.Protocol.Compression;

namespace Samsa.Protocol.Records;

/// <summary>
/// Writes messages of magic 0 or 1: one after the other, or inside one compressed wrapper.
/// Owns: pooled buffers; the memory from <see cref="Build"/> is one of them.
/// Threads: one at a time.
/// Lifetime: <see cref="Reset"/> starts the next set and, like disposal, ends the life of the last one's memory.
/// Fails: <see cref="ArgumentException"/> for what the format cannot express, <see cref="CodecUnavailableException"/> on a missing library.
/// </summary>
public sealed class LegacyMessageSetBuilder : IDisposable
{
    private readonly PooledBuffer _plain = new();
    private readonly PooledBuffer _packed = new();
    private readonly PooledBuffer _wrapper = new();
    private LegacyMessageSetOptions _options;
    private long _baseOffset;
    private long _lastOffset;
    private long _maxTimestamp;

    /// <summary>Starts the first set.</summary>
    public LegacyMessageSetBuilder(in LegacyMessageSetOptions options) => Reset(options);

    /// <summary>The number of messages so far.</summary>
    public int Count { get; private set; }

    /// <summary>Forgets the messages and starts another set.</summary>
    public void Reset(in LegacyMessageSetOptions options)
    {
        if (options.Magic is not (0 or 1))
        {
            throw new ArgumentException($"Messages have magic 0 or 1, not {options.Magic}.", nameof(options));
        }

        if (options.Compression is < CompressionType.None or > CompressionType.Lz4)
        {
            throw new ArgumentException($"Messages before magic 2 cannot be compressed with {options.Compression}.", nameof(options));
        }

        _options = options;
        _maxTimestamp = RecordBatch.NoTimestamp;
        Count = 0;
        _plain.Clear();
    }

    /// <summary>Adds a message. Offsets must grow. The timestamp (ms) is lost in magic 0.</summary>
    public void Append(long offset, long timestamp, OptionalBytes key, OptionalBytes value)
    {
        if (Count == 0)
        {
            _baseOffset = offset;
        }
        else if (offset <= _lastOffset)
        {
            throw new ArgumentOutOfRangeException(nameof(offset), offset, "The offsets of a message set grow.");
        }

        if (_options.TimestampType == TimestampType.LogAppendTime)
        {
            timestamp = _options.LogAppendTime;
        }

        // Inside a wrapper of magic 1 offsets count from the first message (KIP-31).
        var isRelative = _options is { Magic: 1, Compression: not CompressionType.None };
        WriteMessage(_plain, isRelative ? offset - _baseOffset : offset, CompressionType.None, timestamp, key, value);
        _lastOffset = offset;
        _maxTimestamp = Math.Max(_maxTimestamp, timestamp);
        Count++;
    }

    /// <summary>Completes the set; empty without messages. Valid until <see cref="Reset"/>, the next <see cref="Build"/> or disposal.</summary>
    public Memory<byte> Build()
    {
        if (Count == 0 || _options.Compression == CompressionType.None)
        {
            return _plain.Memory;
        }

        _packed.Clear();
        Compressor.Compress(_options.Compression, _options.CompressionLevel, _plain.Span, _packed, _options.Magic);
        _wrapper.Clear();
        WriteMessage(_wrapper, _lastOffset, _options.Compression, _maxTimestamp, OptionalBytes.Null, (ReadOnlySpan<byte>)_packed.Span);
        return _wrapper.Memory;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _plain.Dispose();
        _packed.Dispose();
        _wrapper.Dispose();
    }

    private void WriteMessage(
        PooledBuffer target, long offset, CompressionType compression, long timestamp, OptionalBytes key, OptionalBytes value)
    {
        var size = LegacyMessage.SizeOf(_options.Magic, key.Length, value.Length);
        if (size > Array.MaxLength - target.Length)
        {
            throw new ArgumentException($"A message of {size} bytes does not fit behind {target.Length} bytes.");
        }

        var attributes = (int)compression;
        if (_options is { Magic: 1, TimestampType: TimestampType.LogAppendTime })
        {
            attributes |= RecordBatchHeader.TimestampTypeMask;
        }

        LegacyMessage.Write(target.GetSpan((int)size)[..(int)size], _options.Magic, offset, attributes, timestamp, key, value);
        target.Advance((int)size);
    }
}

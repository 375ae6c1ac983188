namespace Samsa.Protocol.Records;

/// <summary>
/// Walks the records of one message of magic 0 or 1: the message itself, or the messages inside a compressed wrapper. The
/// inner offsets of a magic 1 wrapper count from its first message, those of a magic 0 wrapper are absolute (KIP-31).
/// </summary>
internal ref struct LegacyRecordEnumerator
{
    private readonly ReadOnlySpan<byte> _messages;
    private readonly bool _isNested;
    private readonly sbyte _magic;
    private readonly long _offsetBase;
    private readonly TimestampType _wrapperTimestampType;
    private readonly long _wrapperTimestamp;
    private int _position;

    /// <summary>An uncompressed message.</summary>
    public LegacyRecordEnumerator(RecordBatchView message)
    {
        _messages = message.Bytes;
        _magic = message.Magic;
    }

    /// <summary>The decompressed content of a wrapper.</summary>
    public LegacyRecordEnumerator(RecordBatchView wrapper, ReadOnlySpan<byte> inner)
    {
        _messages = inner;
        _magic = wrapper.Magic;
        _isNested = true;
        _wrapperTimestampType = wrapper.TimestampType;
        _wrapperTimestamp = wrapper.MaxTimestamp;
        Fault = Inspect(inner, _magic, out var lastInnerOffset);
        if (Fault != RecordFault.None || _magic == 0 || wrapper.OffsetField == 0)
        {
            // Some versions of librdkafka leave the offset of the wrapper 0: the inner offsets then stand as they are.
            return;
        }

        _offsetBase = wrapper.OffsetField - lastInnerOffset;
        if (_offsetBase < 0)
        {
            Fault = RecordFault.InvalidHeader;
        }
    }

    public RecordView Current { get; private set; }

    /// <summary>The bytes of <see cref="Current"/>.</summary>
    public readonly ReadOnlySpan<byte> Message => _messages[(_position - Current.Size).._position];

    public RecordFault Fault { get; private set; }

    public bool MoveNext()
    {
        if (Fault != RecordFault.None || _position == _messages.Length)
        {
            return false;
        }

        // A nested message has been inspected, and the view of a plain one exists only when its size is right.
        var rest = _messages[_position..];
        _ = RecordBatch.ReadSize(rest, out var size, out _);
        var message = rest[..size];
        if (!LegacyMessage.TryReadContent(message, out var key, out var value))
        {
            Fault = RecordFault.InvalidRecord;
            return false;
        }

        var timestamp = _isNested && _wrapperTimestampType == TimestampType.LogAppendTime
            ? _wrapperTimestamp
            : LegacyMessage.TimestampOf(message);
        var offset = new RecordBatchView(message, 0).OffsetField;
        Current = new RecordView(unchecked(_offsetBase + offset), timestamp, key, value, 0, default, size);
        _position += size;
        return true;
    }

    /// <summary>Checks the messages of a wrapper before the first is handed out.</summary>
    private static RecordFault Inspect(ReadOnlySpan<byte> inner, sbyte magic, out long lastOffset)
    {
        lastOffset = -1;
        if (inner.IsEmpty)
        {
            return RecordFault.WrongRecordCount;
        }

        var messages = new RecordBatchEnumerator(inner);
        while (messages.MoveNext())
        {
            var message = messages.Current;
            if (message.Magic != magic || message.Compression != CompressionType.None)
            {
                return RecordFault.InvalidNesting;
            }

            if (!message.IsCrcValid())
            {
                return RecordFault.InvalidCrc;
            }

            lastOffset = message.OffsetField;
        }

        return messages.Fault;
    }
}

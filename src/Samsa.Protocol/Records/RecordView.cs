namespace Samsa.Protocol.Records;

/// <summary>One record of any format version, as views into the batch's (decompressed) bytes.</summary>
public readonly ref struct RecordView
{
    private readonly ReadOnlySpan<byte> _headers;
    private readonly int _headerCount;

    internal RecordView(
        long offset, long timestamp, OptionalBytes key, OptionalBytes value, int headerCount, ReadOnlySpan<byte> headers, int size)
    {
        Offset = offset;
        Timestamp = timestamp;
        Key = key;
        Value = value;
        _headerCount = headerCount;
        _headers = headers;
        Size = size;
    }

    /// <summary>The absolute offset.</summary>
    public long Offset { get; }

    /// <summary>The timestamp in ms: of the record, or the append time of its batch; -1 when there is none (magic 0).</summary>
    public long Timestamp { get; }

    /// <summary>The key.</summary>
    public OptionalBytes Key { get; }

    /// <summary>The value; null is a tombstone on a compacted topic.</summary>
    public OptionalBytes Value { get; }

    /// <summary>The headers; none before magic 2.</summary>
    public RecordHeaders Headers => new(_headerCount, _headers);

    /// <summary>The bytes this record takes in its (decompressed) batch, its length field included.</summary>
    public int Size { get; }
}

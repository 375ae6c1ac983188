using Samsa.Protocol.Records;

namespace Samsa.Client.Producer;

/// <summary>A record that must wait: a copy of its bytes, because the caller's are only lent.</summary>
internal sealed class OwnedRecord
{
    private readonly int? _partition;
    private readonly byte[]? _key;
    private readonly byte[]? _value;
    private readonly long? _timestamp;
    private readonly RecordHeader[] _headers;

    public OwnedRecord(in RecordParts record)
    {
        Topic = record.Topic;
        _partition = record.Partition;
        _key = record.Key.ToArray();
        _value = record.Value.ToArray();
        _timestamp = record.Timestamp;
        _headers = record.Headers.ToArray();
    }

    public string Topic { get; }

    public RecordParts Parts => new()
    {
        Topic = Topic,
        Partition = _partition,
        Key = _key,
        Value = _value,
        Timestamp = _timestamp,
        Headers = _headers,
    };
}

using Samsa.Protocol.Records;

namespace Samsa.Client.Producer;

/// <summary>A record that was accepted and could not be delivered. Lent for the time of the call.</summary>
public readonly ref struct FailedRecord
{
    internal FailedRecord(string topic, int partition, RecordView record, KafkaException exception)
    {
        Topic = topic;
        Partition = partition;
        Timestamp = record.Timestamp;
        Key = record.Key;
        Value = record.Value;
        Headers = record.Headers;
        Exception = exception;
    }

    /// <summary>The topic.</summary>
    public string Topic { get; }

    /// <summary>The partition that was chosen.</summary>
    public int Partition { get; }

    /// <summary>The timestamp in ms since the epoch.</summary>
    public long Timestamp { get; }

    /// <summary>The key.</summary>
    public OptionalBytes Key { get; }

    /// <summary>The value.</summary>
    public OptionalBytes Value { get; }

    /// <summary>The headers.</summary>
    public RecordHeaders Headers { get; }

    /// <summary>
    /// Why. After <see cref="Protocol.ErrorCode.RequestTimedOut"/> and <see cref="Protocol.ErrorCode.NetworkException"/> the record may be
    /// stored all the same: the broker's answer never came.
    /// </summary>
    public KafkaException Exception { get; }
}

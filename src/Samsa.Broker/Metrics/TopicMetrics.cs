namespace Samsa.Broker.Metrics;

/// <summary>
/// Kafka's <c>BrokerTopicMetrics</c>: what went in and out of one topic. Whatever a topic counts is counted for all topics
/// as well, so callers touch only the topic's counters. Any thread may count.
/// </summary>
public sealed class TopicMetrics
{
    internal TopicMetrics(TopicMetrics? all)
    {
        MessagesIn = new Counter(all?.MessagesIn);
        BytesIn = new Counter(all?.BytesIn);
        BytesOut = new Counter(all?.BytesOut);
        BytesRejected = new Counter(all?.BytesRejected);
        TotalProduceRequests = new Counter(all?.TotalProduceRequests);
        TotalFetchRequests = new Counter(all?.TotalFetchRequests);
        FailedProduceRequests = new Counter(all?.FailedProduceRequests);
        FailedFetchRequests = new Counter(all?.FailedFetchRequests);
        ProduceMessageConversions = new Counter(all?.ProduceMessageConversions);
        FetchMessageConversions = new Counter(all?.FetchMessageConversions);
        NoKeyCompactedTopicRecords = new Counter(all?.NoKeyCompactedTopicRecords);
        InvalidMagicNumberRecords = new Counter(all?.InvalidMagicNumberRecords);
        InvalidMessageCrcRecords = new Counter(all?.InvalidMessageCrcRecords);
        InvalidOffsetOrSequenceRecords = new Counter(all?.InvalidOffsetOrSequenceRecords);
    }

    /// <summary>Records appended by producers.</summary>
    public Counter MessagesIn { get; }

    /// <summary>Bytes of records appended by producers, as they lie in the log.</summary>
    public Counter BytesIn { get; }

    /// <summary>Bytes of records sent to consumers.</summary>
    public Counter BytesOut { get; }

    /// <summary>Bytes of records refused because they were larger than the topic allows.</summary>
    public Counter BytesRejected { get; }

    /// <summary>Produce requests, counted once for each partition they name.</summary>
    public Counter TotalProduceRequests { get; }

    /// <summary>Fetch requests, counted once for each partition they name.</summary>
    public Counter TotalFetchRequests { get; }

    /// <summary>Partitions of produce requests that were answered with an error of the broker.</summary>
    public Counter FailedProduceRequests { get; }

    /// <summary>Partitions of fetch requests that were answered with an error of the broker.</summary>
    public Counter FailedFetchRequests { get; }

    /// <summary>Records that had to be converted to the current format on the way in.</summary>
    public Counter ProduceMessageConversions { get; }

    /// <summary>Records that had to be converted to an older format on the way out.</summary>
    public Counter FetchMessageConversions { get; }

    /// <summary>Records without a key that a compacted topic refused.</summary>
    public Counter NoKeyCompactedTopicRecords { get; }

    /// <summary>Batches refused because their format version is unknown.</summary>
    public Counter InvalidMagicNumberRecords { get; }

    /// <summary>Batches refused because their checksum does not match.</summary>
    public Counter InvalidMessageCrcRecords { get; }

    /// <summary>Batches refused because of their offsets or sequence numbers.</summary>
    public Counter InvalidOffsetOrSequenceRecords { get; }
}

namespace Samsa.InteropTests.RoundTrips;

/// <summary>A client that others wrote, behind the three things that a round trip asks of it.</summary>
internal interface IKafkaClient
{
    ClientAbilities Abilities { get; }

    Task CreateTopicAsync(string bootstrapServers, string topic, int partitions);

    /// <summary>Sends all records with acks=all, keeps their order in each partition, and returns when all are acknowledged.</summary>
    Task ProduceAsync(string bootstrapServers, string topic, string codec, IReadOnlyList<TestRecord> records);

    /// <summary>The answers to the queries, read from assigned partitions; null when this client reads in groups only.</summary>
    Task<List<List<ConsumedRecord>>?> ConsumeAsync(string bootstrapServers, string topic, params RecordQuery[] queries);
}

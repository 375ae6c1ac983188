using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Samsa.InteropMember;
using Samsa.InteropTests.Support;

namespace Samsa.InteropTests.RoundTrips;

/// <summary>Confluent.Kafka, inside this process, on the operating system's librdkafka.</summary>
internal sealed class ConfluentDotnetClient : IKafkaClient
{
    private static readonly TimeSpan Patience = Child.Patience;

    public ConfluentDotnetClient() => SystemLibrdkafka.Load(Tools.Librdkafka);

    public ClientAbilities Abilities => ClientAbilities.All;

    public async Task CreateTopicAsync(string bootstrapServers, string topic, int partitions)
    {
        using IAdminClient admin = Admin(bootstrapServers);
        await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = 1 }]);
    }

    public static IAdminClient Admin(string bootstrapServers) =>
        new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrapServers }).SetLogHandler((_, _) => { }).Build();

    public async Task ProduceAsync(string bootstrapServers, string topic, string codec, IReadOnlyList<TestRecord> records)
    {
        ProducerConfig config = new()
        {
            BootstrapServers = bootstrapServers,
            Acks = Acks.All,
            CompressionType = Enum.Parse<CompressionType>(codec, ignoreCase: true),
            LingerMs = 5,
            MaxInFlight = 1,
            MessageTimeoutMs = (int)Patience.TotalMilliseconds,
        };
        using IProducer<byte[]?, byte[]?> producer = new ProducerBuilder<byte[]?, byte[]?>(config).Build();
        List<Task<DeliveryResult<byte[]?, byte[]?>>> sending = new(records.Count);
        foreach (TestRecord record in records)
        {
            Headers headers = [];
            foreach (TestHeader header in record.Headers)
            {
                headers.Add(header.Name, header.Value);
            }

            sending.Add(producer.ProduceAsync(
                new TopicPartition(topic, record.Partition),
                new Message<byte[]?, byte[]?>
                {
                    Key = record.Key,
                    Value = record.Value,
                    Headers = headers,
                    Timestamp = new Timestamp(record.Timestamp, TimestampType.CreateTime),
                }));
        }

        await Task.WhenAll(sending).WaitAsync(Patience * 2);
    }

    public Task<List<List<ConsumedRecord>>?> ConsumeAsync(string bootstrapServers, string topic, params RecordQuery[] queries) =>
        Task.Run<List<List<ConsumedRecord>>?>(() =>
        {
            ConsumerConfig config = new()
            {
                BootstrapServers = bootstrapServers,
                GroupId = "unused",
                EnableAutoCommit = false,
                AutoOffsetReset = AutoOffsetReset.Error,
                CheckCrcs = true,
            };
            using IConsumer<byte[]?, byte[]?> consumer = new ConsumerBuilder<byte[]?, byte[]?>(config).Build();
            return [.. queries.Select(query => Answer(consumer, topic, query))];
        });

    private static List<ConsumedRecord> Answer(IConsumer<byte[]?, byte[]?> consumer, string topic, RecordQuery query)
    {
        List<TopicPartition> partitions =
            [.. Enumerable.Range(0, RecordSet.Partitions).Where(p => query.Partition is null || query.Partition == p).Select(p => new TopicPartition(topic, p))];
        Dictionary<TopicPartition, WatermarkOffsets> bounds =
            partitions.ToDictionary(partition => partition, partition => consumer.QueryWatermarkOffsets(partition, Patience));
        List<TopicPartitionOffset> starts = query switch
        {
            { Offset: { } offset } => [new TopicPartitionOffset(partitions[0], offset)],
            { Timestamp: { } time } => consumer.OffsetsForTimes(
                partitions.Select(p => new TopicPartitionTimestamp(p, new Timestamp(time, TimestampType.CreateTime))), Patience),
            _ => [.. partitions.Select(partition => new TopicPartitionOffset(partition, bounds[partition].Low))],
        };

        // A time after the last record gives the special offset "end".
        HashSet<TopicPartition> pending =
            [.. starts.Where(s => s.Offset.Value >= 0 && s.Offset < bounds[s.TopicPartition].High).Select(s => s.TopicPartition)];
        List<ConsumedRecord> records = [];
        consumer.Assign(starts.Where(start => pending.Contains(start.TopicPartition)));
        while (pending.Count > 0)
        {
            ConsumeResult<byte[]?, byte[]?> result = consumer.Consume(Patience)
                ?? throw new TimeoutException($"Query {query}: nothing arrived for {Patience}; still waiting for {string.Join(' ', pending)}.");
            records.Add(new ConsumedRecord(
                result.Partition.Value,
                result.Offset.Value,
                result.Message.Timestamp.UnixTimestampMs,
                result.Message.Key,
                result.Message.Value,
                [.. result.Message.Headers.Select(header => new TestHeader(header.Key, header.GetValueBytes()))]));
            if (result.Offset.Value + 1 >= bounds[result.TopicPartition].High)
            {
                pending.Remove(result.TopicPartition);
            }
        }

        consumer.Unassign();
        return records;
    }
}

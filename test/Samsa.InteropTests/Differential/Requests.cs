using Samsa.IntegrationTests.Wire;
using Samsa.Protocol.Messages;

namespace Samsa.InteropTests.Differential;

/// <summary>The usual requests in few words. Names before the version that knows ids, ids after.</summary>
internal static class Requests
{
    public static ProduceRequest Produce(this Scene scene, WireTopic topic, byte[]? records, short acks = -1, int partition = 0, string? transaction = null) =>
        Produce(scene.Version, topic, acks, transaction, (partition, records));

    public static ProduceRequest Produce(
        short version, WireTopic topic, short acks, string? transaction, params (int Partition, byte[]? Records)[] parts) => new()
        {
            Acks = acks,
            TimeoutMs = 60_000,
            TransactionalId = transaction,
            TopicData =
            [
                new ProduceRequest.TopicProduceData
                {
                    Name = version < 13 ? topic.Name : "",
                    TopicId = version < 13 ? Guid.Empty : topic.Id,
                    PartitionData =
                    [
                        .. parts.Select(part => WireCalls.ProduceRequest(topic, part.Records, version, acks, part.Partition).TopicData[0].PartitionData[0]),
                    ],
                },
            ],
        };

    /// <summary>Produces what must be accepted.</summary>
    public static async Task FillAsync(this Scene scene, WireTopic topic, params byte[][] batches)
    {
        foreach (var batch in batches)
        {
            var answer = await scene.PrepareAsync<ProduceResponse>(Produce(9, topic, -1, null, (0, batch)), 9);
            Xunit.Assert.Equal(Samsa.Protocol.ErrorCode.None, answer.Responses[0].PartitionResponses[0].ErrorCode);
        }
    }

    public static FetchRequest Fetch(this Scene scene, WireTopic topic, long offset, Action<FetchRequest>? change = null, int partition = 0) =>
        WireCalls.FetchRequest(topic, offset, scene.Version, change, partition);

    /// <summary>Compares what is stored in the first partition.</summary>
    public static Task ReadBackAsync(this Scene scene, WireTopic topic) =>
        scene.ProbeAsync(WireCalls.FetchRequest(topic, 0, 12), 12);

    public static ListOffsetsRequest ListOffsets(string topic, params (int Partition, long Timestamp)[] parts) => new()
    {
        ReplicaId = -1,
        Topics =
        [
            new ListOffsetsRequest.ListOffsetsTopic
            {
                Name = topic,
                Partitions =
                [
                    .. parts.Select(part => new ListOffsetsRequest.ListOffsetsPartition
                    {
                        PartitionIndex = part.Partition, Timestamp = part.Timestamp,
                    }),
                ],
            },
        ],
    };

    public static CreateTopicsRequest CreateTopics(params CreateTopicsRequest.CreatableTopic[] topics) => new() { Topics = [.. topics], TimeoutMs = 60_000 };

    public static CreateTopicsRequest.CreatableTopic NewTopic(string name, int partitions = 1, short replicas = 1, params (string Key, string? Value)[] configs) => new()
    {
        Name = name,
        NumPartitions = partitions,
        ReplicationFactor = replicas,
        Configs = [.. configs.Select(config => new CreateTopicsRequest.CreatableTopicConfig { Name = config.Key, Value = config.Value })],
    };
}

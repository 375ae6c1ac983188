using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;
using Xunit;

namespace Samsa.IntegrationTests.Wire;

/// <summary>The usual requests for one partition, in few words.</summary>
public static class WireCalls
{
    /// <summary>A produce request for one partition.</summary>
    public static ProduceRequest ProduceRequest(
        WireTopic topic, byte[]? records, short version, short acks = -1, int partition = 0, string? transactionalId = null) => new()
        {
            Acks = acks,
            TimeoutMs = 60_000,
            TransactionalId = transactionalId,
            TopicData =
            [
                new ProduceRequest.TopicProduceData
                {
                    Name = version < 13 ? topic.Name : "",
                    TopicId = version < 13 ? Guid.Empty : topic.Id,
                    PartitionData =
                    [
                        new ProduceRequest.PartitionProduceData
                        {
                            Index = partition,
                            Records = records is null ? RecordSlice.Null : new RecordSlice(records),
                        },
                    ],
                },
            ],
        };

    /// <summary>Produces to one partition and returns its answer.</summary>
    public static async Task<ProduceResponse.PartitionProduceResponse> ProduceAsync(
        this WireClient client, WireTopic topic, byte[]? records, short version = 9, short acks = -1, int partition = 0, string? transactionalId = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        var response = await client.SendAsync<ProduceResponse>(ProduceRequest(topic, records, version, acks, partition, transactionalId), version);
        var answer = Assert.Single(response.Responses);
        Assert.Equal((version < 13 ? topic.Name : "", version < 13 ? Guid.Empty : topic.Id), (answer.Name, answer.TopicId));
        var one = Assert.Single(answer.PartitionResponses);
        Assert.Equal(partition, one.Index);
        return one;
    }

    /// <summary>Produces what must be accepted; returns the offset of the first record.</summary>
    public static async Task<long> MustProduceAsync(this WireClient client, WireTopic topic, byte[] records, short version = 9, int partition = 0)
    {
        var answer = await client.ProduceAsync(topic, records, version, partition: partition);
        Assert.Equal((ErrorCode.None, null), (answer.ErrorCode, answer.ErrorMessage));
        return answer.BaseOffset;
    }

    /// <summary>A fetch request for one partition; a plain consumer's, without waiting, unless changed.</summary>
    public static FetchRequest FetchRequest(WireTopic topic, long offset, short version, Action<FetchRequest>? change = null, int partition = 0)
    {
        var request = new FetchRequest
        {
            MaxWaitMs = 0,
            MinBytes = 0,
            Topics =
            [
                new FetchRequest.FetchTopic
                {
                    Topic = version < 13 ? topic.Name : "",
                    TopicId = version < 13 ? Guid.Empty : topic.Id,
                    Partitions = [new FetchRequest.FetchPartition { Partition = partition, FetchOffset = offset, PartitionMaxBytes = 1024 * 1024 }],
                },
            ],
        };
        change?.Invoke(request);
        return request;
    }

    /// <summary>Fetches from one partition and returns its answer.</summary>
    public static async Task<FetchResponse.PartitionData> FetchAsync(
        this WireClient client, WireTopic topic, long offset, short version = 11, Action<FetchRequest>? change = null, int partition = 0)
    {
        ArgumentNullException.ThrowIfNull(client);
        var response = await client.SendAsync<FetchResponse>(FetchRequest(topic, offset, version, change, partition), version);
        Assert.Equal(ErrorCode.None, response.ErrorCode);
        var one = Assert.Single(Assert.Single(response.Responses).Partitions);
        Assert.Equal(partition, one.PartitionIndex);
        return one;
    }

    /// <summary>Fetches and decodes.</summary>
    public static async Task<List<SeenRecord>> ReadAsync(this WireClient client, WireTopic topic, long offset = 0, short version = 11, int partition = 0)
    {
        var answer = await client.FetchAsync(topic, offset, version, partition: partition);
        Assert.Equal(ErrorCode.None, answer.ErrorCode);
        return WireRecords.Read(answer.Records.Memory.Span);
    }

    /// <summary>Asks one partition for an offset.</summary>
    public static async Task<ListOffsetsResponse.ListOffsetsPartitionResponse> ListOffsetsAsync(
        this WireClient client, WireTopic topic, long timestamp, short version = 7, sbyte isolationLevel = 0, int leaderEpoch = -1, int partition = 0)
    {
        ArgumentNullException.ThrowIfNull(client);
        var request = new ListOffsetsRequest
        {
            ReplicaId = -1,
            IsolationLevel = isolationLevel,
            Topics =
            [
                new ListOffsetsRequest.ListOffsetsTopic
                {
                    Name = topic.Name,
                    Partitions =
                    [
                        new ListOffsetsRequest.ListOffsetsPartition
                        {
                            PartitionIndex = partition, Timestamp = timestamp, CurrentLeaderEpoch = leaderEpoch, MaxNumOffsets = version == 0 ? 10 : 1,
                        },
                    ],
                },
            ],
        };
        var response = await client.SendAsync<ListOffsetsResponse>(request, version);
        return Assert.Single(Assert.Single(response.Topics).Partitions);
    }
}

using Samsa.IntegrationTests.Wire;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;

namespace Samsa.InteropTests.Differential.Cases;

/// <summary>ListOffsets, DeleteRecords, OffsetForLeaderEpoch, InitProducerId.</summary>
internal static class DataCases
{
    private static readonly long[] Times = [-1, -2, -3, -4, -5, -6, -7, -100, 0, long.MaxValue, long.MinValue];

    public static CaseList ListOffsets { get; } = MakeListOffsets();

    public static CaseList DeleteRecords { get; } = new(ApiKey.DeleteRecords)
    {
        { "some", async s => await DeletingAsync(s, 3) },
        { "all by number", async s => await DeletingAsync(s, 5) },
        { "all by minus one", async s => await DeletingAsync(s, -1) },
        { "none", async s => await DeletingAsync(s, 0) },
        { "beyond the end", async s => await DeletingAsync(s, 6) },
        { "minus two", async s => await DeletingAsync(s, -2) },
        { "twice", async s => await DeletingAsync(s, 3, 2) },
        { "unknown topic", s => Delete("nobody", 0, 0) },
        { "invalid topic", s => Delete("no body", 0, 0) },
        { "empty name", s => Delete("", 0, 0) },
        { "unknown partition", async s => await s.ProbeAsync(Delete((await s.TopicAsync()).Name, 4, 0)) },
        { "negative partition", async s => await s.ProbeAsync(Delete((await s.TopicAsync()).Name, -1, 0)) },
        { "compacted topic", async s => await DeletingAsync(s, ["cleanup.policy=compact"], 1) },
        { "compacted and deleted topic", async s => await DeletingAsync(s, ["cleanup.policy=compact,delete"], 1) },
        { "internal topic", s => Delete("__consumer_offsets", 0, 0) },
        { "no topics", s => new DeleteRecordsRequest { TimeoutMs = 60_000 } },
        { "no partitions", async s =>
            {
                var request = Delete((await s.TopicAsync()).Name, 0, 0);
                request.Topics[0].Partitions.Clear();
                await s.ProbeAsync(request);
            }
        },
    };

    public static CaseList OffsetForLeaderEpoch { get; } = new(ApiKey.OffsetForLeaderEpoch)
    {
        { "the epoch", async s => await s.ProbeAsync(Epoch((await FourAsync(s)).Name, 0, 0)) },
        { "a later epoch", async s => await s.ProbeAsync(Epoch((await FourAsync(s)).Name, 0, 3)) },
        { "epoch minus one", async s => await s.ProbeAsync(Epoch((await FourAsync(s)).Name, 0, -1)) },
        { "epoch minus two", async s => await s.ProbeAsync(Epoch((await FourAsync(s)).Name, 0, -2)) },
        { "empty partition", async s => await s.ProbeAsync(Epoch((await FourAsync(s)).Name, 1, 0)) },
        { "current epoch right", async s => await s.ProbeAsync(Epoch((await FourAsync(s)).Name, 0, 0, 0)), 2 },
        { "current epoch too high", async s => await s.ProbeAsync(Epoch((await FourAsync(s)).Name, 0, 0, 4)), 2 },
        { "unknown topic", s => Epoch("nobody", 0, 0) },
        { "empty name", s => Epoch("", 0, 0) },
        { "unknown partition", async s => await s.ProbeAsync(Epoch((await FourAsync(s)).Name, 8, 0)) },
        { "no topics", s => new OffsetForLeaderEpochRequest() },
    };

    public static CaseList InitProducerId { get; } = new(ApiKey.InitProducerId)
    {
        { "without a transactional id", s => new InitProducerIdRequest { TransactionalId = null, TransactionTimeoutMs = 60000 } },
        { "two of them", async s =>
            {
                await s.ProbeAsync(new InitProducerIdRequest { TransactionalId = null, TransactionTimeoutMs = 60000 });
                await s.ProbeAsync(new InitProducerIdRequest { TransactionalId = null, TransactionTimeoutMs = 60000 });
            }
        },
        { "timeout zero", s => new InitProducerIdRequest { TransactionalId = null, TransactionTimeoutMs = 0 } },
        { "timeout negative", s => new InitProducerIdRequest { TransactionalId = null, TransactionTimeoutMs = -1 } },
        { "timeout very long", s => new InitProducerIdRequest { TransactionalId = null, TransactionTimeoutMs = int.MaxValue } },
        { "empty transactional id", s => new InitProducerIdRequest { TransactionalId = "", TransactionTimeoutMs = 60000 } },
        { "an id without an epoch", s => new InitProducerIdRequest { TransactionalId = null, TransactionTimeoutMs = 60000, ProducerId = 5 }, 3 },
        { "an epoch without an id", s => new InitProducerIdRequest { TransactionalId = null, TransactionTimeoutMs = 60000, ProducerEpoch = 5 }, 3 },
        { "an id and an epoch", s => new InitProducerIdRequest { TransactionalId = null, TransactionTimeoutMs = 60000, ProducerId = 12345678, ProducerEpoch = 5 }, 3 },
    };

    public static DeleteRecordsRequest Delete(string topic, int partition, long offset) => new()
    {
        TimeoutMs = 60_000,
        Topics =
        [
            new DeleteRecordsRequest.DeleteRecordsTopic
            {
                Name = topic,
                Partitions = [new DeleteRecordsRequest.DeleteRecordsPartition { PartitionIndex = partition, Offset = offset }],
            },
        ],
    };

    private static Task<WireTopic> FourAsync(Scene s) =>
        s.SharedAsync("offsets", (scene, topic) => scene.FillAsync(topic, Batches.Of(3, time: Batches.Time + 500), Batches.Of(1)), 2);

    private static Task<WireTopic> PackedAsync(Scene s) => s.SharedAsync(
        "offsets-packed", (scene, topic) => scene.FillAsync(topic, Batches.Of(3, CompressionType.Gzip), Batches.Of(3, CompressionType.Zstd, Batches.Time + 9)));

    private static CaseList MakeListOffsets()
    {
        var list = new CaseList(ApiKey.ListOffsets)
        {
            { "a time in the middle", async s => await s.ProbeAsync(Requests.ListOffsets((await FourAsync(s)).Name, (0, Batches.Time + 501))) },
            { "a time after the last", async s => await s.ProbeAsync(Requests.ListOffsets((await FourAsync(s)).Name, (0, Batches.Time + 503))) },
            { "a time inside gzip", async s => await s.ProbeAsync(Requests.ListOffsets((await PackedAsync(s)).Name, (0, Batches.Time + 1))) },
            { "a time inside zstd", async s => await s.ProbeAsync(Requests.ListOffsets((await PackedAsync(s)).Name, (0, Batches.Time + 10))) },
            { "ten offsets", async s => await s.ProbeAsync(Changed(await FourAsync(s), r => r.Topics[0].Partitions[0].MaxNumOffsets = 10)), 0, 0 },
            { "no offsets", async s => await s.ProbeAsync(Changed(await FourAsync(s), r => r.Topics[0].Partitions[0].MaxNumOffsets = 0)), 0, 0 },
            { "unknown topic", s => Requests.ListOffsets("nobody", (0, -1)) },
            { "invalid topic", s => Requests.ListOffsets("no body", (0, -1)) },
            { "unknown partition", async s => await s.ProbeAsync(Requests.ListOffsets((await FourAsync(s)).Name, (0, -1), (7, -1), (-1, -1))) },
            { "same partition twice", async s => await s.ProbeAsync(Requests.ListOffsets((await FourAsync(s)).Name, (0, -1), (0, -2))) },
            { "no topics", s => new ListOffsetsRequest { ReplicaId = -1 } },
            { "no partitions", async s => await s.ProbeAsync(Requests.ListOffsets((await FourAsync(s)).Name)) },
            { "read committed", async s => await s.ProbeAsync(Changed(await FourAsync(s), r => r.IsolationLevel = 1)), 2 },
            { "isolation level seven", async s => await s.ProbeAsync(Changed(await FourAsync(s), r => r.IsolationLevel = 7)), 2 },
            { "leader epoch right", async s => await s.ProbeAsync(Changed(await FourAsync(s), r => r.Topics[0].Partitions[0].CurrentLeaderEpoch = 0)), 4 },
            { "leader epoch too high", async s => await s.ProbeAsync(Changed(await FourAsync(s), r => r.Topics[0].Partitions[0].CurrentLeaderEpoch = 9)), 4 },
            { "replica that is none", async s => await s.ProbeAsync(Changed(await FourAsync(s), r => r.ReplicaId = 55)) },
            { "debugging consumer", async s => await s.ProbeAsync(Changed(await FourAsync(s), r => r.ReplicaId = -2)) },
            { "after deleted records", async s =>
                {
                    var topic = await s.TopicAsync();
                    await s.FillAsync(topic, Batches.Of(2), Batches.Of(2));
                    await s.PrepareAsync<DeleteRecordsResponse>(Delete(topic.Name, 0, 3), 1);
                    foreach (var time in Times)
                        await s.ProbeAsync(Requests.ListOffsets(topic.Name, (0, time)));
                }
            },
        };
        foreach (var time in Times)
        {
            list.Add($"special time {time}", async s => await s.ProbeAsync(Requests.ListOffsets((await FourAsync(s)).Name, (0, time))));
            list.Add($"special time {time} of nothing", async s => await s.ProbeAsync(Requests.ListOffsets((await FourAsync(s)).Name, (1, time))));
        }

        return list;
    }

    private static ListOffsetsRequest Changed(WireTopic topic, Action<ListOffsetsRequest> change)
    {
        var request = Requests.ListOffsets(topic.Name, (0, -1));
        change(request);
        return request;
    }

    private static Task DeletingAsync(Scene s, params long[] offsets) => DeletingAsync(s, [], offsets);

    private static async Task DeletingAsync(Scene s, string[] configs, params long[] offsets)
    {
        var topic = await s.TopicAsync(configs: configs);
        await s.FillAsync(topic, Batches.Of(2), Batches.Of(3));
        foreach (var offset in offsets)
            await s.ProbeAsync(Delete(topic.Name, 0, offset));
        await s.ProbeAsync(Requests.ListOffsets(topic.Name, (0, -2)), 5);
    }

    private static OffsetForLeaderEpochRequest Epoch(string topic, int partition, int epoch, int current = -1) => new()
    {
        ReplicaId = -1,
        Topics =
        [
            new OffsetForLeaderEpochRequest.OffsetForLeaderTopic
            {
                Topic = topic,
                Partitions = [new OffsetForLeaderEpochRequest.OffsetForLeaderPartition { Partition = partition, LeaderEpoch = epoch, CurrentLeaderEpoch = current }],
            },
        ],
    };
}

using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;
using Samsa.Storage;
using Xunit;

namespace Samsa.IntegrationTests.Wire;

/// <summary>Fetch v0 to v3 over batches of which nothing is left in the old formats: the client must get past them.</summary>
public sealed class OldClientFetchTests
{
    private const int ControlBatchBytes = 78;
    private const long ProducerId = 7;

    public static TheoryData<short> OldVersions => [0, 1, 2, 3];

    [Theory]
    [MemberData(nameof(OldVersions))]
    public async Task Control_batches_that_fill_the_limit_are_skipped(short version)
    {
        await using var broker = await HandlerHarness.OpenAsync();
        for (var i = 0; i < 20; i++)
            await CommitAsync(broker, $"skipped{i}");
        for (var i = 0; i < 100; i++)
            Mark(broker);
        await CommitAsync(broker, "after");

        // Behind the last record before them; the limit holds five of them.
        var answer = await FetchAsync(broker, 39, version, 5 * ControlBatchBytes);

        var record = Assert.Single(WireRecords.Read(answer.Records.Memory.Span));
        Assert.Equal((140, "after"), (record.Offset, record.Value));
    }

    [Theory]
    [MemberData(nameof(OldVersions))]
    public async Task Control_batches_at_the_end_of_the_log_are_the_end(short version)
    {
        await using var broker = await HandlerHarness.OpenAsync();
        await CommitAsync(broker, "last");

        var answer = await FetchAsync(broker, 1, version, 1 << 20);

        Assert.Equal((ErrorCode.None, 2L, 0), (answer.ErrorCode, answer.HighWatermark, answer.Records.Length));
    }

    [Theory]
    [MemberData(nameof(OldVersions))]
    public async Task A_batch_above_the_limit_behind_control_batches_is_not_the_end(short version)
    {
        await using var broker = await HandlerHarness.OpenAsync();
        await CommitAsync(broker, "first");
        await CommitAsync(broker, new string('x', 1000));

        var answer = await FetchAsync(broker, 1, version, 500);

        if (version < 3)
            Assert.Equal(12, answer.Records.Length);
        else
            Assert.Equal(2, Assert.Single(WireRecords.Read(answer.Records.Memory.Span)).Offset);
    }

    private static async Task CommitAsync(HandlerHarness broker, string value)
    {
        var batch = WireRecords.Single(null, WireRecords.Bytes(value), WireRecords.Now);
        var response = (ProduceResponse)(await broker.ProduceAsync(WireCalls.ProduceRequest(HandlerHarness.Topic, batch, 9)))!;
        Assert.Equal(ErrorCode.None, response.Responses[0].PartitionResponses[0].ErrorCode);
        Mark(broker);
    }

    private static void Mark(HandlerHarness broker)
    {
        var marker = ControlRecord.BuildMarkerBatch(new EndTransactionMarker(ControlRecordType.Commit, 0), ProducerId, 0, WireRecords.Now);
        Assert.Equal(ControlBatchBytes, marker.Length);
        var result = broker.Partition.Log.Append(marker, 0, AppendOrigin.Coordinator);
        Assert.Equal(ErrorCode.None, result.Error);
        broker.Partition.Log.UpdateHighWatermark(result.LastOffset + 1);
    }

    private static async Task<FetchResponse.PartitionData> FetchAsync(HandlerHarness broker, long offset, short version, int maxBytes)
    {
        var request = WireCalls.FetchRequest(HandlerHarness.Topic, offset, version, r => r.Topics[0].Partitions[0].PartitionMaxBytes = maxBytes);
        return ((FetchResponse)(await broker.FetchAsync(request, version))!).Responses[0].Partitions[0];
    }
}

using Samsa.Broker.Metrics;
using Samsa.Protocol.Records;
using Samsa.Storage;
using Xunit;

namespace Samsa.IntegrationTests.Wire;

/// <summary>What <c>BrokerTopicMetrics</c> count of records that are refused or converted, as Kafka counts it.</summary>
public sealed class OutcomeCounterTests
{
    [Theory]
    [InlineData("sound", "")]
    [InlineData("too large", "bytes rejected 1163")]
    [InlineData("bad checksum", "invalid crc 1")]
    [InlineData("unknown magic", "invalid magic 1")]
    [InlineData("magic 1 in a new request", "invalid magic 1")]
    [InlineData("base offset not zero", "invalid offset or sequence 1")]
    [InlineData("count too large", "invalid offset or sequence 1")]
    [InlineData("producer without sequence", "invalid offset or sequence 1")]
    [InlineData("no keys", "no key 1")]
    public async Task A_refusal_is_counted_under_its_cause_and_only_there(string what, string expected)
    {
        await using var harness = await HandlerHarness.OpenAsync(config: LogConfig.Default with { Compact = true, MaxMessageBytes = 1000 });

        await harness.ProduceAsync(WireCalls.ProduceRequest(HandlerHarness.Topic, Records(what), 9));

        Assert.Equal(expected, Counts(harness.Metrics));
        Assert.Equal(expected.Length == 0 ? 0 : 1, harness.Metrics.FailedProduceRequests.Value);
    }

    [Fact]
    public async Task Conversions_are_counted_by_record_on_the_way_in_and_out()
    {
        await using var harness = await HandlerHarness.OpenAsync();

        await harness.ProduceAsync(WireCalls.ProduceRequest(HandlerHarness.Topic, WireRecords.Legacy(1, 3), 2), 2);
        await harness.ProduceAsync(WireCalls.ProduceRequest(HandlerHarness.Topic, WireRecords.Batch(2), 9));
        Assert.Equal("converted in 3", Counts(harness.Metrics));

        await harness.FetchAsync(WireCalls.FetchRequest(HandlerHarness.Topic, 0, 3), 3);
        Assert.Equal("converted in 3, converted out 5", Counts(harness.Metrics));
        await harness.ReadAsync();
        Assert.Equal("converted in 3, converted out 5", Counts(harness.Metrics));
    }

    private static byte[] Records(string what)
    {
        var batch = WireRecords.Batch(2);
        switch (what)
        {
            case "too large":
                return WireRecords.Batch(new RecordBatchOptions(), 2, valueSize: 540);
            case "bad checksum":
                batch[^1] ^= 1;
                return batch;
            case "unknown magic":
                batch[RecordBatchHeader.MagicPosition] = 3;
                return batch;
            case "magic 1 in a new request":
                return WireRecords.Legacy(1);
            case "base offset not zero":
                RecordBatch.SetBaseOffset(batch, 42);
                return batch;
            case "count too large":
                return batch.WithInt32(RecordBatchHeader.RecordCountPosition, 3);
            case "producer without sequence":
                return WireRecords.Batch(new RecordBatchOptions { ProducerId = 7, ProducerEpoch = 0 });
            case "no keys":
                return WireRecords.Single(null, WireRecords.Bytes("v"), WireRecords.Now);
            default:
                return batch;
        }
    }

    private static string Counts(TopicMetrics metrics) => string.Join(", ", new (string Name, Counter Counter)[]
    {
        ("bytes rejected", metrics.BytesRejected),
        ("no key", metrics.NoKeyCompactedTopicRecords),
        ("invalid magic", metrics.InvalidMagicNumberRecords),
        ("invalid crc", metrics.InvalidMessageCrcRecords),
        ("invalid offset or sequence", metrics.InvalidOffsetOrSequenceRecords),
        ("converted in", metrics.ProduceMessageConversions),
        ("converted out", metrics.FetchMessageConversions),
    }.Where(entry => entry.Counter.Value != 0).Select(entry => $"{entry.Name} {entry.Counter.Value}"));
}

using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.RoundTrips;

public sealed class ConfluentDotnetTests(BrokerFixture fixture) : IClassFixture<BrokerFixture>
{
    [Theory]
    [InlineData("none")]
    [InlineData("gzip")]
    [InlineData("snappy")]
    [InlineData("lz4")]
    [InlineData("zstd")]
    public async Task Confluent_Kafka_reads_back_what_it_wrote(string codec)
    {
        ConfluentDotnetClient client = new();
        await RoundTrip.RunAsync(await fixture.BrokerAsync(), client, codec, "confluent-dotnet-" + codec);
    }

    [Fact]
    public async Task Confluent_Kafka_administers_a_topic_from_its_creation_to_its_end()
    {
        ConfluentDotnetClient client = new();
        TestBroker broker = await fixture.BrokerAsync();
        const string Topic = "confluent-dotnet-admin";
        using IAdminClient admin = ConfluentDotnetClient.Admin(broker.BootstrapServers);
        await admin.CreateTopicsAsync(
            [new TopicSpecification { Name = Topic, NumPartitions = 1, Configs = new() { ["retention.ms"] = "7200000" } }]);
        await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = Topic, IncreaseTo = RecordSet.Partitions }]);
        CreateTopicsException again = await Assert.ThrowsAsync<CreateTopicsException>(
            () => admin.CreateTopicsAsync([new TopicSpecification { Name = Topic, NumPartitions = 1 }]));
        Assert.Equal(ErrorCode.TopicAlreadyExists, again.Results[0].Error.Code);

        ConfigResource resource = new() { Type = ResourceType.Topic, Name = Topic };
        DescribeConfigsResult described = (await admin.DescribeConfigsAsync([resource]))[0];
        Assert.Equal("7200000", described.Entries["retention.ms"].Value);
        Assert.Equal("1048588", described.Entries["max.message.bytes"].Value);
        Assert.True(described.Entries["max.message.bytes"].IsDefault);

        List<TestRecord> sent = RecordSet.Create(client.Abilities, seed: 5, count: 300);
        await client.ProduceAsync(broker.BootstrapServers, Topic, "none", sent);
        List<DeleteRecordsResult> deleted = await admin.DeleteRecordsAsync(
            [new TopicPartitionOffset(Topic, 0, 10), new TopicPartitionOffset(Topic, 1, Offset.End)]);
        long end = sent.Count(record => record.Partition == 1);
        Assert.Equal([10, end], deleted.OrderBy(result => result.Partition.Value).Select(result => result.Offset.Value));

        List<ConsumedRecord> left = (await client.ConsumeAsync(broker.BootstrapServers, Topic, RecordQuery.All))![0];
        Assert.Equal(10, left.Where(record => record.Partition == 0).Min(record => record.Offset));
        Assert.DoesNotContain(left, record => record.Partition == 1);

        await admin.DeleteTopicsAsync([Topic]);
        Assert.DoesNotContain(admin.GetMetadata(Child.Patience).Topics, topic => topic.Topic == Topic);
    }
}

using Samsa.Cli.Tools.ConsoleConsumer;
using Samsa.Client.Consumer;
using Samsa.Client.Producer;
using Samsa.IntegrationTests.Support;
using Samsa.Protocol;
using Samsa.Testing;
using Xunit;

namespace Samsa.IntegrationTests.Cli;

/// <summary>What the console consumer remembers of partitions that go and come back.</summary>
public sealed class OwnGroupTests : IAsyncLifetime
{
    private static readonly TopicPartition Partition = new("t", 0);
    private SamsaBroker _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await SamsaBroker.StartAsync();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public async Task A_partition_of_which_nothing_was_printed_goes_on_where_it_had_begun()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var producer = new KafkaProducer(new ProducerOptions { BootstrapServers = _broker.BootstrapServers });
        await producer.ProduceAsync("t", default, "before"u8, cancellation);
        await using var consumer = new KafkaConsumer(new ConsumerOptions
        {
            BootstrapServers = _broker.BootstrapServers,
            GroupId = OwnGroup.NewName(),
            EnableAutoCommit = false,
        });
        var group = new OwnGroup("t");
        await AssignedAsync(consumer, group);
        Assert.Equal(1, (await consumer.PositionAsync(Partition, cancellation)).Offset);

        // To the listener the same as a rebalance that gives the partition to somebody else.
        await consumer.UnsubscribeAsync(cancellation);
        await producer.ProduceAsync("t", default, "between"u8, cancellation);
        await AssignedAsync(consumer, group);
        await consumer.PositionAsync(Partition, cancellation);
        await producer.ProduceAsync("t", default, "after"u8, cancellation);

        var batch = await consumer.PollBatchAsync(SamsaProgram.Patience, cancellation);
        Assert.Equal(1, batch!.FirstOffset);
    }

    private static async Task AssignedAsync(KafkaConsumer consumer, OwnGroup group)
    {
        await group.RunAsync(consumer, static _ => { }, TestContext.Current.CancellationToken);
        while (!consumer.Assignment.Contains(Partition))
            Assert.Null(await consumer.PollBatchAsync(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken));
    }
}

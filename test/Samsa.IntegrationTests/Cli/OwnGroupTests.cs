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
        Assert.Null(await AssignedAsync(consumer, group));
        Assert.Equal(1, (await consumer.PositionAsync(Partition, cancellation)).Offset);

        // To the listener the same as a rebalance that gives the partition to somebody else.
        await consumer.UnsubscribeAsync(cancellation);
        await producer.ProduceAsync("t", default, "between"u8, cancellation);
        long? first = await AssignedAsync(consumer, group);
        await consumer.PositionAsync(Partition, cancellation);
        await producer.ProduceAsync("t", default, "after"u8, cancellation);

        first ??= (await consumer.PollBatchAsync(SamsaProgram.Patience, cancellation))?.FirstOffset;
        Assert.Equal(1, first);
    }

    /// <summary>Waits for the partition; the call that brings it may bring a batch of it too, whose first offset is returned.</summary>
    private static async Task<long?> AssignedAsync(KafkaConsumer consumer, OwnGroup group)
    {
        await group.RunAsync(consumer, static _ => { }, TestContext.Current.CancellationToken);
        long? first = null;
        while (!consumer.Assignment.Contains(Partition))
            first = (await consumer.PollBatchAsync(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken))?.FirstOffset;
        return first;
    }
}

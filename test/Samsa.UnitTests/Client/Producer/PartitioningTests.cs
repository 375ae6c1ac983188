using Samsa.Client.Configuration;
using Samsa.Client.Producer;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Xunit;

namespace Samsa.UnitTests.Client.Producer;

/// <summary>Where records without key go when brokers are not equally quick (KIP-794), and what is known of topics that nobody uses.</summary>
public sealed class PartitioningTests
{
    private const string Topic = ProducerScene.Topic;

    private readonly ProducerScene _scene = new(partitions: 2);

    public PartitioningTests()
    {
        // Each record is a batch, so that each one chooses a partition.
        _scene.Options.BatchSize = 0;
        _scene.Leaders[1] = 2;
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true, 0, 250)]
    [InlineData(false, 320, 680)]
    public async Task A_slow_partition_gets_less_if_that_is_wanted(bool adaptive, int least, int most)
    {
        _scene.Options.PartitionerAdaptivePartitioningEnable = adaptive;
        StopBroker2();
        await using var producer = _scene.Start();
        _scene.Options.DisposeTimeout = TimeSpan.Zero;
        await producer.GetTopicAsync(Topic, Cancellation);

        for (var i = 0; i < 1000; i++)
        {
            await producer.SendAsync(Topic, default, "x"u8, Cancellation);
            if (i % 10 == 0)
            {
                await Conditions.Until(() => producer.Topics.Single().Partitions[0].Waiting == 0);
            }
        }

        // Half of them without a look at the load; with it, about the share of 1 against what waits already.
        Assert.InRange(producer.Topics.Single().Partitions[1].Begun, least, most);
    }

    [Fact]
    public async Task A_partition_whose_broker_takes_nothing_gets_nothing()
    {
        _scene.Options.PartitionerAvailabilityTimeout = TimeSpan.FromMilliseconds(1);
        _scene.Options.MaxInFlightRequestsPerConnection = 1;
        StopBroker2();
        await using var producer = _scene.Start();
        for (var i = 0; i < 2; i++)
        {
            await producer.SendAsync(new ProducerRecord { Topic = Topic, Partition = 1 }, Cancellation);
        }

        await Conditions.Until(() => _scene.Cluster.Requests<ProduceRequest>().Any());
        var stuck = producer.Topics.Single().Partitions[1];
        await Conditions.Until(() => stuck.Sender!.IsStuck(TimeProvider.System.GetTimestamp()));

        for (var i = 0; i < 300; i++)
        {
            await producer.ProduceAsync(Topic, default, "x"u8, Cancellation);
        }

        Assert.Equal(2, stuck.Begun);
    }

    [Fact]
    public async Task All_brokers_stuck_are_as_good_as_none()
    {
        _scene.Options.PartitionerAvailabilityTimeout = TimeSpan.FromMilliseconds(1);
        _scene.Options.MaxInFlightRequestsPerConnection = 1;
        var never = new TaskCompletionSource<IMessage?>();
        _scene.Cluster.OnAsync(ApiKey.Produce, _ => never.Task);
        _scene.Options.DisposeTimeout = TimeSpan.Zero;
        await using var producer = _scene.Start();
        for (var i = 0; i < 4; i++)
        {
            await producer.SendAsync(new ProducerRecord { Topic = Topic, Partition = i % 2 }, Cancellation);
        }

        await Conditions.Until(() => _scene.Cluster.Requests<ProduceRequest>().Count() == 2);
        var queues = producer.Topics.Single().Partitions;
        await Conditions.Until(() => queues.All(q => q.Sender!.IsStuck(TimeProvider.System.GetTimestamp())));
        for (var i = 0; i < 100; i++)
        {
            await producer.SendAsync(Topic, default, "x"u8, Cancellation);
        }

        Assert.All(queues, q => Assert.InRange(q.Begun, 10, 94));
    }

    [Fact]
    public async Task A_topic_that_nobody_uses_is_not_asked_for_until_it_is_used_again()
    {
        var time = new ManualTimeProvider();
        _scene.Options.TimeProvider = time;
        _scene.Options.MetadataMaxIdle = TimeSpan.FromSeconds(5);
        await using var producer = _scene.Start();
        await producer.ProduceAsync(Topic, "k"u8, "x"u8, Cancellation);
        Assert.Equal([Topic], await AskAsync());
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal([Topic], await AskAsync());

        time.Advance(TimeSpan.FromSeconds(3));
        Assert.Empty(await AskAsync());

        await producer.ProduceAsync(Topic, "k"u8, "x"u8, Cancellation);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([Topic], await AskAsync());

        async Task<List<string?>> AskAsync()
        {
            await producer.Context.Cluster.Metadata.RefreshAsync(Cancellation);
            return _scene.Cluster.Requests<MetadataRequest>().Last().Topics!.ConvertAll(t => t.Name);
        }
    }

    [Fact]
    public void Kafkas_bound_of_the_idle_time_holds()
    {
        _scene.Options.Set("metadata.max.idle.ms", "4999");
        _scene.Options.Set("partitioner.availability.timeout.ms", "7");
        _scene.Options.Set("partitioner.adaptive.partitioning.enable", "false");

        Assert.Equal((TimeSpan.FromMilliseconds(7), false), (_scene.Options.PartitionerAvailabilityTimeout, _scene.Options.PartitionerAdaptivePartitioningEnable));
        Assert.Equal("metadata.max.idle.ms", Assert.Throws<ClientConfigException>(() => _scene.Start()).Key);
    }

    private void StopBroker2()
    {
        var never = new TaskCompletionSource<IMessage?>();
        _scene.Options.DisposeTimeout = TimeSpan.Zero;
        _scene.Cluster.OnAsync(ApiKey.Produce, r => ProducerScene.Broker(r) == 2
            ? never.Task
            : Task.FromResult<IMessage?>(_scene.Log.Answer((ProduceRequest)r.Message)));
    }
}

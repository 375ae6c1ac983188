using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Samsa.Client;
using Samsa.Client.Admin;
using Samsa.Client.Consumer;
using Samsa.Client.Producer;
using Samsa.Protocol;
using Samsa.Testing;
using Xunit;

namespace Samsa.IntegrationTests.Client.Groups;

/// <summary>Consumers of ours in groups that a broker of ours coordinates.</summary>
public sealed class GroupTests : IAsyncLifetime
{
    private const string Topic = "orders";
    private const int Partitions = 4;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2.5);

    private SamsaBroker _broker = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _broker = await SamsaBroker.StartAsync(new SamsaBrokerOptions
        {
            Overrides = new Dictionary<string, string>
            {
                ["group.initial.rebalance.delay.ms"] = "0",
                ["group.min.session.timeout.ms"] = "100",
                ["offsets.topic.num.partitions"] = "1",
            },
        });
        await CreateAsync(Topic, Partitions);
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Theory]
    [InlineData("range")]
    [InlineData("roundrobin")]
    [InlineData("sticky")]
    [InlineData("cooperative-sticky")]
    public async Task Members_share_the_partitions_and_every_record_is_read_once(string strategy)
    {
        var options = Options(strategy);
        await using var first = new RunningMember(options, static (c, l) => c.Subscribe([Topic], l));
        await UntilAsync(() => first.Partitions.Count == Partitions);
        await ProduceAsync(0, 200);
        await UntilAsync(() => first.Records.Count == 200);

        var second = new RunningMember(options, static (c, l) => c.Subscribe([Topic], l));
        await UntilAsync(() => first.Partitions.Count == 2 && second.Partitions.Count == 2);
        Assert.Empty(first.Partitions.Intersect(second.Partitions));
        await ProduceAsync(200, 200);
        await UntilAsync(() => first.Records.Count + second.Records.Count == 400);
        Assert.All(second.Records, r => Assert.Contains(r.Partition, second.Partitions));

        await second.DisposeAsync();
        await UntilAsync(() => first.Partitions.Count == Partitions);
        await ProduceAsync(400, 200);
        await UntilAsync(() => first.Records.Count + second.Records.Count == 600);
        Assert.Equal(600, first.Records.Concat(second.Records).Select(r => (r.Partition, r.Offset)).Distinct().Count());
        if (strategy == "cooperative-sticky")
        {
            // What stays is not given back: only two partitions ever moved.
            Assert.Equal(2, first.Events.Where(e => e.StartsWith("revoked", StringComparison.Ordinal)).SelectMany(e => e.Split(' ').Skip(1)).Count());
        }
    }

    [Fact]
    public async Task A_member_goes_on_where_the_one_before_it_ended()
    {
        await ProduceAsync(0, 100);
        await using (var first = new RunningMember(Options(), static (c, l) => c.Subscribe([Topic], l)))
        {
            await UntilAsync(() => first.Records.Count == 100);
        }

        await ProduceAsync(100, 50);
        await using var next = new RunningMember(Options(), static (c, l) => c.Subscribe([Topic], l));
        await UntilAsync(() => next.Records.Count >= 50);

        // The record that the first had in its hands when it was stopped is not lost; whether it was done, nobody knows.
        Assert.InRange(next.Records.Count, 50, 50 + Partitions);
    }

    [Fact]
    public async Task A_pattern_finds_topics_that_come_later_and_the_leader_finds_new_partitions()
    {
        var options = Options();
        options.MetadataMaxAge = TimeSpan.FromMilliseconds(50);
        await using var member = new RunningMember(options, static (c, l) => c.Subscribe(new Regex("^ord"), l));
        await UntilAsync(() => member.Partitions.Count == Partitions);
        await CreateAsync("ordinary", 1);
        await CreateAsync("other", 1);
        await UntilAsync(() => member.Partitions.Count == Partitions + 1);

        await using var admin = new KafkaAdmin(new AdminOptions { BootstrapServers = _broker.BootstrapServers });
        await admin.CreatePartitionsAsync([new NewPartitions(Topic, Partitions + 2)], cancellation: Cancellation);
        await UntilAsync(() => member.Partitions.Count == Partitions + 3);
    }

    [Theory]
    [InlineData(GroupProtocol.Classic)]
    [InlineData(GroupProtocol.Consumer)]
    public async Task A_name_that_no_topic_can_have_is_told_whoever_asks_and_a_right_one_goes_on(GroupProtocol protocol)
    {
        await using var consumer = new KafkaConsumer(new ConsumerOptions
        {
            BootstrapServers = _broker.BootstrapServers,
            GroupId = "g",
            GroupProtocol = protocol,
            AutoOffsetReset = AutoOffsetReset.Earliest,
        });
        consumer.Subscribe([Topic, "no topic"]);

        for (int i = 0; i < 2; i++)
        {
            var refused = await Assert.ThrowsAsync<KafkaException>(async () =>
            {
                while (true)
                    await consumer.PollBatchAsync(Timeout.InfiniteTimeSpan, Cancellation);
            });
            Assert.Equal(ErrorCode.InvalidTopicException, refused.ErrorCode);
            Assert.Contains("'no topic'", refused.Message, StringComparison.Ordinal);
        }

        consumer.Subscribe([Topic]);
        await ProduceAsync(0, 1);
        Assert.NotNull(await consumer.PollBatchAsync(Timeout.InfiniteTimeSpan, Cancellation));
    }

    [Fact]
    public async Task A_pattern_that_takes_too_long_is_told_whoever_asks_and_a_quick_one_goes_on()
    {
        await using var admin = new KafkaAdmin(new AdminOptions { BootstrapServers = _broker.BootstrapServers });
        await admin.CreateTopicAsync(new NewTopic(new string('a', 40) + "-"), cancellation: Cancellation);
        await using var consumer = new KafkaConsumer(new ConsumerOptions
        {
            BootstrapServers = _broker.BootstrapServers,
            GroupId = "g",
            AutoOffsetReset = AutoOffsetReset.Earliest,
        });
        consumer.Subscribe(new Regex("^(a+)+$", RegexOptions.None, TimeSpan.FromMilliseconds(5)));

        for (int i = 0; i < 2; i++)
        {
            var refused = await Assert.ThrowsAsync<KafkaException>(async () =>
            {
                while (true)
                    await consumer.PollBatchAsync(Timeout.InfiniteTimeSpan, Cancellation);
            });
            Assert.Equal(ErrorCode.InvalidRegularExpression, refused.ErrorCode);
            Assert.Contains("(a+)+", refused.Message, StringComparison.Ordinal);
        }

        consumer.Subscribe(new Regex("^" + Regex.Escape(Topic) + "$", RegexOptions.None, TimeSpan.FromMinutes(1)));
        await ProduceAsync(0, 1);
        Assert.NotNull(await consumer.PollBatchAsync(Timeout.InfiniteTimeSpan, Cancellation));
    }

    [Fact]
    public async Task A_static_member_that_comes_back_in_time_costs_no_rebalance()
    {
        // An eager strategy: the other one hears everything of a rebalance before it has its partitions again.
        var options = Options("range");
        await using var other = new RunningMember(options, static (c, l) => c.Subscribe([Topic], l));
        options.GroupInstanceId = "one";
        await using (var member = new RunningMember(options, static (c, l) => c.Subscribe([Topic], l)))
        {
            await UntilAsync(() => member.Partitions.Count == 2 && other.Partitions.Count == 2);
        }

        var before = other.Events.Count;
        await using var back = new RunningMember(options, static (c, l) => c.Subscribe([Topic], l));
        await UntilAsync(() => back.Partitions.Count == 2);
        Assert.Equal(before, other.Events.Count);
        Assert.Empty(back.Partitions.Intersect(other.Partitions));
    }

    [Fact]
    public async Task Two_of_the_same_instance_fence_the_older_one()
    {
        var options = Options();
        options.GroupInstanceId = "one";
        await using var first = new KafkaConsumer(options);
        first.Subscribe(Topic);
        await UntilAsync(async () => await first.PollBatchAsync(TimeSpan.FromMilliseconds(10), Cancellation) is null && first.Assignment.Count == Partitions);

        await using var second = new KafkaConsumer(options);
        second.Subscribe(Topic);
        await UntilAsync(async () => await second.PollBatchAsync(TimeSpan.FromMilliseconds(10), Cancellation) is null && second.Assignment.Count == Partitions);

        var failure = await Assert.ThrowsAsync<Samsa.Client.KafkaException>(async () => await first.PollBatchAsync(Limit, Cancellation));
        Assert.Equal(ErrorCode.FencedInstanceId, failure.ErrorCode);
        Assert.Empty(first.Assignment);
        await Assert.ThrowsAsync<Samsa.Client.KafkaException>(async () => await first.PollBatchAsync(Limit, Cancellation));
    }

    [Fact]
    public async Task A_member_that_is_not_asked_leaves_and_comes_back_when_it_is()
    {
        var options = Options();
        options.MaxPollInterval = TimeSpan.FromSeconds(1);
        await using var lazy = new RunningMember(options, static (c, l) => c.Subscribe([Topic], l));
        await UntilAsync(() => lazy.Partitions.Count == Partitions);
        await using var busy = new RunningMember(Options(), static (c, l) => c.Subscribe([Topic], l));
        await UntilAsync(() => lazy.Partitions.Count == 2 && busy.Partitions.Count == 2);

        var goOn = new TaskCompletionSource();
        lazy.Work = _ => new ValueTask(goOn.Task);
        await ProduceAsync(0, 100);
        await UntilAsync(() => busy.Partitions.Count == Partitions);

        goOn.SetResult();
        await UntilAsync(() => lazy.Partitions.Count == 2 && busy.Partitions.Count == 2);
        Assert.Contains(lazy.Events, e => e.StartsWith("lost", StringComparison.Ordinal));
        await UntilAsync(() => lazy.Records.Concat(busy.Records).Select(r => (r.Partition, r.Offset)).Distinct().Count() == 100);
    }

    [Fact]
    public async Task A_member_that_dies_is_replaced_after_its_session()
    {
        var options = Options();
        options.SessionTimeout = TimeSpan.FromSeconds(2);
        options.LeaveGroupOnClose = false;
        await using var first = new RunningMember(Options(), static (c, l) => c.Subscribe([Topic], l));
        await using (var second = new RunningMember(options, static (c, l) => c.Subscribe([Topic], l)))
        {
            await UntilAsync(() => first.Partitions.Count == 2 && second.Partitions.Count == 2);
        }

        await UntilAsync(() => first.Partitions.Count == Partitions);
    }

    [Fact]
    public async Task A_restart_of_the_coordinator_keeps_the_members()
    {
        await using var first = new RunningMember(Options(), static (c, l) => c.Subscribe([Topic], l));
        await using var second = new RunningMember(Options(), static (c, l) => c.Subscribe([Topic], l));
        await UntilAsync(() => first.Partitions.Count == 2 && second.Partitions.Count == 2);
        await ProduceAsync(0, 100);
        await UntilAsync(() => first.Records.Count + second.Records.Count == 100);

        await _broker.RestartAsync();

        await ProduceAsync(100, 100);
        await UntilAsync(() => first.Records.Count + second.Records.Count >= 200);
        await UntilAsync(() => first.Partitions.Count == 2 && second.Partitions.Count == 2);
        Assert.Equal(200, first.Records.Concat(second.Records).Select(r => (r.Partition, r.Offset)).Distinct().Count());
    }

    private static async Task UntilAsync(Func<bool> condition) => await UntilAsync(() => Task.FromResult(condition()));

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Limit, "The condition did not come true.");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancellation);
        }
    }

    private ConsumerOptions Options(string strategy = "cooperative-sticky")
    {
        var options = new ConsumerOptions
        {
            BootstrapServers = _broker.BootstrapServers,
            GroupId = "g",
            AutoOffsetReset = AutoOffsetReset.Earliest,
            HeartbeatInterval = TimeSpan.FromMilliseconds(50),
            SessionTimeout = TimeSpan.FromMinutes(2),
        };
        options.Set("partition.assignment.strategy", strategy);
        return options;
    }

    private async Task CreateAsync(string topic, int partitions)
    {
        await using var admin = new KafkaAdmin(new AdminOptions { BootstrapServers = _broker.BootstrapServers });
        await admin.CreateTopicAsync(new NewTopic(topic) { Partitions = partitions, ReplicationFactor = 1 }, Cancellation);
    }

    private async Task ProduceAsync(int from, int count)
    {
        await using var producer = new KafkaProducer(new ProducerOptions { BootstrapServers = _broker.BootstrapServers });
        for (var i = from; i < from + count; i++)
        {
            await producer.SendAsync(
                new ProducerRecord { Topic = Topic, Partition = i % Partitions, Value = Encoding.UTF8.GetBytes(i.ToString(CultureInfo.InvariantCulture)) },
                Cancellation);
        }

        await producer.FlushAsync(Cancellation);
    }
}

using System.Text;
using System.Text.RegularExpressions;
using Samsa.Client;
using Samsa.Client.Consumer;
using Samsa.Client.Producer;
using Samsa.Client.Serialization;
using Samsa.IntegrationTests.Client.Groups;
using Samsa.InteropTests.Support;
using Samsa.Protocol;
using Xunit;

namespace Samsa.InteropTests.ClientSuite;

/// <content>Groups: the same rebalances with every broker, in both protocols where it has both.</content>
public abstract partial class ClientSuiteTests
{
    [Theory]
    [InlineData("range")]
    [InlineData("cooperative-sticky")]
    [InlineData("consumer")]
    public async Task A_group_shares_a_topic_and_goes_on_when_members_come_and_go(string how)
    {
        var options = await GroupOptionsAsync(how, "shares-" + how);
        var topic = await CreateAsync("group-" + how);
        var first = Member(options, topic);
        await UntilAsync(() => first.Partitions.Count == Partitions);
        await ProduceEvenlyAsync(topic, 300);
        await UntilAsync(() => first.Records.Count == 300);

        await using var second = Member(options, topic);
        await using var third = Member(options, topic);
        RunningMember[] all = [first, second, third];
        await UntilAsync(() => all.All(m => m.Partitions.Count == 1) && all.SelectMany(m => m.Partitions).Distinct().Count() == Partitions);
        await ProduceEvenlyAsync(topic, 300);
        await UntilAsync(() => all.Sum(m => m.Records.Count) == 600);

        await first.DisposeAsync();
        await UntilAsync(() => second.Partitions.Count + third.Partitions.Count == Partitions);
        await ProduceEvenlyAsync(topic, 300);
        await UntilAsync(() => all.Sum(m => m.Records.Count) == 900);

        // No record twice: what was read is committed before it is given back.
        Assert.Equal(900, all.SelectMany(m => m.Records).Select(r => (r.Partition, r.Offset)).Distinct().Count());
        Assert.All(all, m => Assert.DoesNotContain(m.Events, e => e.StartsWith("lost", StringComparison.Ordinal)));
        if (how != "range")
        {
            // What stays is not given back.
            Assert.Equal(2, first.Events.Where(e => e.StartsWith("revoked", StringComparison.Ordinal)).SkipLast(1).SelectMany(e => e.Split(' ').Skip(1)).Count());
        }
    }

    [Theory]
    [InlineData("range")]
    [InlineData("consumer")]
    public async Task A_static_member_comes_back_to_its_partitions(string how)
    {
        var options = await GroupOptionsAsync(how, "static-" + how);
        var topic = await CreateAsync("static-" + how);
        options.GroupInstanceId = "other";
        await using var other = Member(options, topic);
        await UntilAsync(() => other.Partitions.Count == Partitions);
        options.GroupInstanceId = "one";
        IReadOnlyCollection<TopicPartition> before;
        await using (var one = Member(options, topic))
        {
            await UntilAsync(() => one.Partitions.Count > 0 && other.Partitions.Count > 0 && one.Partitions.Count + other.Partitions.Count == Partitions);
            before = one.Partitions;
        }

        var heard = other.Events.Count;
        await using var back = Member(options, topic);
        await UntilAsync(() => back.Partitions.Count == before.Count);
        Assert.Equal(before.Order(PartitionOrder), back.Partitions.Order(PartitionOrder));
        Assert.Equal(heard, other.Events.Count);
    }

    [Theory]
    [InlineData("range", false)]
    [InlineData("consumer", false)]
    [InlineData("consumer", true)]
    public async Task A_pattern_finds_topics_also_those_that_come_later(string how, bool atTheCoordinator)
    {
        var options = await GroupOptionsAsync(how, $"pattern-{how}-{atTheCoordinator}");
        options.MetadataMaxAge = TimeSpan.FromMilliseconds(200);
        var prefix = $"pattern-{how}-{atTheCoordinator}";
        await CreateAsync(prefix + "-1", 1);
        if (atTheCoordinator)
        {
            // Apache Kafka's coordinator looks for new topics every ten seconds at most: too long for a test.
            await CreateAsync(prefix + "-2", 2);
        }

        await using var member = new RunningMember(options, (c, l) =>
        {
            if (atTheCoordinator)
            {
                c.SubscribePattern(prefix + "-.*", l);
            }
            else
            {
                c.Subscribe(new Regex("^" + prefix), l);
            }
        });
        if (!atTheCoordinator)
        {
            await UntilAsync(() => member.Partitions.Count == 1);
            await CreateAsync(prefix + "-2", 2);
        }

        await UntilAsync(() => member.Partitions.Count == 3);
    }

    [Theory]
    [InlineData("cooperative-sticky")]
    [InlineData("consumer")]
    public async Task A_member_that_is_not_asked_loses_its_partitions_and_comes_back(string how)
    {
        var options = await GroupOptionsAsync(how, "lazy-" + how);
        var topic = await CreateAsync("lazy-" + how);
        await using var busy = Member(options, topic);
        options.MaxPollInterval = TimeSpan.FromSeconds(1);
        await UntilAsync(() => busy.Partitions.Count == Partitions);
        await using var lazy = Member(options, topic);
        await UntilAsync(() => lazy.Partitions.Count > 0 && lazy.Partitions.Count + busy.Partitions.Count == Partitions);
        var goOn = new TaskCompletionSource();
        lazy.Work = _ => new ValueTask(goOn.Task);
        await ProduceEvenlyAsync(topic, 30);
        await UntilAsync(() => busy.Partitions.Count == Partitions);

        goOn.SetResult();

        await UntilAsync(() => lazy.Partitions.Count > 0 && lazy.Partitions.Count + busy.Partitions.Count == Partitions);
        Assert.Contains(lazy.Events, e => e.StartsWith("lost", StringComparison.Ordinal));
        await UntilAsync(() => lazy.Records.Concat(busy.Records).Select(r => (r.Partition, r.Offset)).Distinct().Count() == 30);
    }

    private static readonly Comparer<TopicPartition> PartitionOrder = Comparer<TopicPartition>.Create((a, b) => a.Partition.CompareTo(b.Partition));

    private static RunningMember Member(ConsumerOptions options, string topic) => new(options, (c, l) => c.Subscribe([topic], l));

    private static async Task UntilAsync(Func<bool> condition)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Child.Patience, "The condition did not come true.");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancellation);
        }
    }

    /// <summary>Options of a member; a skipped test where the broker does not serve the protocol.</summary>
    private async Task<ConsumerOptions> GroupOptionsAsync(string how, string group)
    {
        var options = Options<ConsumerOptions>(await target.ServingAsync(how == "consumer" ? ApiKey.ConsumerGroupHeartbeat : ApiKey.JoinGroup));
        options.GroupId = group;
        if (how == "consumer")
        {
            options.GroupProtocol = GroupProtocol.Consumer;
            await using var consumer = new KafkaConsumer<string, string>(options, Deserializers.Utf8, Deserializers.Utf8);
            consumer.Subscribe("nothing");
            try
            {
                await Conditions.UntilAsync(
                    "a member is told its epoch, or that there are no such groups",
                    async () =>
                    {
                        await consumer.PollAsync(TimeSpan.FromMilliseconds(100), Cancellation);
                        return consumer.GroupMetadata.GenerationId;
                    },
                    epoch => epoch > 0);
            }
            catch (KafkaException e) when (e.ErrorCode == ErrorCode.UnsupportedVersion)
            {
                Assert.Skip("The broker has groups of the next generation switched off.");
            }

            return options;
        }

        options.Set("partition.assignment.strategy", how);
        options.HeartbeatInterval = TimeSpan.FromMilliseconds(100);
        return options;
    }

    private async Task ProduceEvenlyAsync(string topic, int count)
    {
        await using var producer = new KafkaProducer(Options<ProducerOptions>(await target.AddressAsync()));
        for (var i = 0; i < count; i++)
        {
            await producer.SendAsync(
                new ProducerRecord { Topic = topic, Partition = i % Partitions, Value = Encoding.UTF8.GetBytes(Value(i)), Timestamp = Time + i }, Cancellation);
        }

        await producer.FlushAsync(Cancellation);
    }
}

using System.Globalization;
using System.Text;
using Samsa.Client.Admin;
using Samsa.Client.Consumer;
using Samsa.Client.Producer;
using Samsa.IntegrationTests.Support;
using Samsa.Protocol;
using Samsa.Testing;
using Xunit;

namespace Samsa.IntegrationTests.Client.Groups;

/// <summary>Consumers that process in parallel, in groups whose partitions move without stopping all of it.</summary>
public sealed class ParallelGroupTests : IAsyncLifetime
{
    private const string Topic = "orders";
    private const string Group = "g";
    private const int Partitions = 4;
    private const int Keys = 40;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2.5);

    // Of the one that dies, and so of all: that long a test waits, and so long may a busy machine keep a living one from its heartbeat.
    private static readonly TimeSpan Session = TimeSpan.FromSeconds(12);

    private readonly BrokerGate _gate = new();
    private readonly ProcessingLedger _ledger = new();
    private SamsaBroker _broker = null!;
    private KafkaAdmin _admin = null!;
    private int _produced;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static IEnumerable<TopicPartition> All => Enumerable.Range(0, Partitions).Select(i => new TopicPartition(Topic, i));

    public async ValueTask InitializeAsync()
    {
        _broker = await SamsaBroker.StartAsync(new SamsaBrokerOptions
        {
            Overrides = new Dictionary<string, string>
            {
                ["advertised.listeners"] = $"PLAINTEXT://127.0.0.1:{_gate.Port.ToString(CultureInfo.InvariantCulture)}",
                ["group.initial.rebalance.delay.ms"] = "0",
                ["group.min.session.timeout.ms"] = "100",
                ["group.consumer.min.session.timeout.ms"] = "1000",
                ["group.consumer.session.timeout.ms"] = Milliseconds(Session),
                ["group.consumer.min.heartbeat.interval.ms"] = "100",
                ["group.consumer.heartbeat.interval.ms"] = "100",
                ["offsets.topic.num.partitions"] = "1",
            },
        });
        _gate.BrokerPort = int.Parse(_broker.BootstrapServers.Split(':')[1], CultureInfo.InvariantCulture);
        _admin = new KafkaAdmin(new AdminOptions { BootstrapServers = _broker.BootstrapServers });
        await _admin.CreateTopicAsync(new NewTopic(Topic) { Partitions = Partitions, ReplicationFactor = 1 }, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _admin.DisposeAsync();
        await _broker.DisposeAsync();
        await _gate.DisposeAsync();
    }

    [Theory]
    [InlineData("cooperative-sticky")]
    [InlineData("consumer")]
    public async Task Keys_keep_their_order_and_no_gap_is_committed_when_members_come_and_die(string how)
    {
        await ProduceAsync(400);
        await using var first = new ParallelMember(Options(how), "first", Topic, _ledger);
        await UntilAsync(() => All.Sum(one => _ledger.Count("first", one)) > 50);

        // Partitions move while their records are in work.
        await using var dying = new ParallelMember(Options(how, autoCommit: false), "dying", Topic, _ledger);
        await ProduceAsync(400);
        await UntilAsync(() => dying.Consumer.Assignment.Count == 2 && first.Consumer.Assignment.Count == 2);
        await ProduceAsync(400);
        await UntilAsync(() => All.Sum(one => _ledger.Count("dying", one)) > 50);

        // One record stands still, and others behind it are finished: nothing is committed past it.
        var sticking = dying.StickAsync();
        await ProduceAsync(400);
        var stuck = await sticking.WaitAsync(Limit, TimeProvider.System, Cancellation);
        await UntilAsync(() => _ledger.Count("dying", stuck.Partition, stuck.Offset + 1) > 20);
        await dying.Consumer.CommitAsync(Cancellation);
        var committed = await CommittedAsync();
        Assert.InRange(committed[stuck.Partition], 0, stuck.Offset);

        // It dies; another one begins at the gap.
        _gate.Cut("dying");
        dying.Die();
        await using var late = new ParallelMember(Options(how), "late", Topic, _ledger);
        await UntilAsync(() => first.Consumer.Assignment.Count == 2 && late.Consumer.Assignment.Count == 2);
        await ProduceAsync(400);
        await UntilAsync(async () => (await CommittedAsync()).Values.Sum() == _produced);

        Assert.Equal("", _ledger.Faults);
        Assert.Contains(_ledger.FinisherOf(stuck.Partition, stuck.Offset), (string[])["first", "late"]);
    }

    private static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString(CultureInfo.InvariantCulture);

    private ConsumerOptions Options(string how, bool autoCommit = true)
    {
        var options = new ConsumerOptions
        {
            BootstrapServers = _broker.BootstrapServers,
            GroupId = Group,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoCommit = autoCommit,
            AutoCommitInterval = TimeSpan.FromMilliseconds(20),
        };
        if (how == "consumer")
        {
            options.GroupProtocol = GroupProtocol.Consumer;
        }
        else
        {
            options.Set("partition.assignment.strategy", how);
            options.SessionTimeout = Session;
            options.HeartbeatInterval = TimeSpan.FromMilliseconds(50);
        }

        return options;
    }

    // Checked each time: what is committed was finished before.
    private async Task<Dictionary<TopicPartition, long>> CommittedAsync()
    {
        var offsets = (await _admin.ListGroupOffsetsAsync([Group], cancellation: Cancellation))[0].Offsets;
        var committed = All.ToDictionary(one => one, one => offsets.TryGetValue(one, out var offset) ? offset.Offset : 0);
        foreach (var (partition, offset) in committed)
            _ledger.Check(partition, offset);
        return committed;
    }

    private Task UntilAsync(Func<bool> condition) => UntilAsync(async () =>
    {
        await CommittedAsync();
        return condition();
    });

    private async Task UntilAsync(Func<Task<bool>> condition)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Limit, $"The condition did not come true. {_ledger.Faults}");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancellation);
        }
    }

    private async Task ProduceAsync(int count)
    {
        await using var producer = new KafkaProducer(new ProducerOptions { BootstrapServers = _broker.BootstrapServers });
        for (var i = _produced; i < _produced + count; i++)
        {
            await producer.SendAsync(
                new ProducerRecord
                {
                    Topic = Topic,
                    Partition = i % Partitions,
                    Key = Encoding.UTF8.GetBytes((i % Keys).ToString(CultureInfo.InvariantCulture)),
                    Value = Encoding.UTF8.GetBytes(i.ToString(CultureInfo.InvariantCulture)),
                },
                Cancellation);
        }

        await producer.FlushAsync(Cancellation);
        _produced += count;
    }
}

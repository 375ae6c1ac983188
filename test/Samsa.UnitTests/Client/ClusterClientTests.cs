using Samsa.Client;
using Samsa.Client.Configuration;
using Samsa.Client.Connections;
using Samsa.Client.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.UnitTests.Client.Scripted;
using Xunit;

namespace Samsa.UnitTests.Client;

public sealed class ClusterClientTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private readonly ScriptedCluster _cluster = new();
    private readonly TestOptions _options = new()
    {
        BootstrapServers = "seed-1:9092,seed-2:9092",
        RetryBackoff = TimeSpan.FromMilliseconds(1),
        ReconnectBackoff = TimeSpan.FromMilliseconds(1),
        ReconnectBackoffMax = TimeSpan.FromMilliseconds(1),
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData(" , ")]
    [InlineData("localhost")]
    [InlineData("localhost:")]
    [InlineData("localhost:0")]
    [InlineData("localhost:65536")]
    [InlineData("::1:9092")]
    [InlineData(":9092")]
    public void A_bootstrap_list_that_names_no_broker_is_refused(string servers)
    {
        _options.BootstrapServers = servers;

        Assert.Equal("bootstrap.servers", Assert.Throws<ClientConfigException>(() => new ClusterClient(_options)).Key);
    }

    [Fact]
    public void A_bootstrap_list_may_hold_names_addresses_and_listeners()
    {
        Assert.Equal(
            [new("a", 1), new("::1", 2), new("10.0.0.1", 3), new("b", 4)],
            BrokerAddress.ParseList("a:1, [::1]:2,10.0.0.1:3,PLAINTEXT://b:4,"));
    }

    [Fact]
    public async Task TopicAsync_asks_until_the_topic_has_come()
    {
        var questions = 0;
        _cluster.On(ApiKey.Metadata, r => ++questions switch
        {
            1 => Answer(Topic("t", ErrorCode.LeaderNotAvailable)),
            2 => Answer(Topic("t", ErrorCode.UnknownTopicOrPartition)),
            _ => Answer(Topic("t", ErrorCode.None, (0, 1, 5))),
        });
        await using var client = Client();

        var topic = await client.Metadata.TopicAsync("t", Limit, Cancellation);

        Assert.Equal((1, 5), (topic.Partitions[0].Leader, topic.Partitions[0].LeaderEpoch));
        Assert.Equal(3, questions);
    }

    [Fact]
    public async Task TopicAsync_fails_at_once_when_the_topic_can_never_be_used()
    {
        _cluster.On(ApiKey.Metadata, _ => Answer(Topic("a/b", ErrorCode.InvalidTopicException)));
        await using var client = Client();

        var failure = await Assert.ThrowsAsync<KafkaException>(() => client.Metadata.TopicAsync("a/b", Limit, Cancellation).AsTask());

        Assert.Equal(ErrorCode.InvalidTopicException, failure.ErrorCode);
        Assert.Contains("a/b", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_older_leader_epoch_is_not_believed_unless_the_topic_is_another()
    {
        var id = Guid.NewGuid();
        var answers = new Queue<MetadataResponse>(
        [
            Answer(Topic("t", ErrorCode.None, (0, 2, 7)) with { Id = id }),
            Answer(Topic("t", ErrorCode.None, (0, 1, 6)) with { Id = id }),
            Answer(Topic("t", ErrorCode.None, (0, 1, 0)) with { Id = Guid.NewGuid() }),
        ]);
        _cluster.On(ApiKey.Metadata, _ => answers.Dequeue());
        await using var client = Client();
        var leaders = new List<int>();

        client.Metadata.Track("t");
        while (answers.Count > 0)
        {
            await client.Metadata.RefreshAsync(Cancellation);
            leaders.Add(client.Metadata.Snapshot.Partition(new TopicPartition("t", 0))!.Leader);
        }

        Assert.Equal([2, 2, 1], leaders);
    }

    [Fact]
    public async Task A_client_that_reaches_no_known_broker_starts_from_the_bootstrap_list_again()
    {
        _cluster.On(ApiKey.Metadata, _ => Answer());
        await using var client = Client();
        await client.Metadata.RefreshAsync(Cancellation);
        Assert.Equal(["broker-1", "broker-2"], client.Metadata.Snapshot.Brokers.Select(b => b.Host).Order());

        _cluster.Faults.RefusedAddresses[new("broker-1", 9092)] = true;
        _cluster.Faults.RefusedAddresses[new("broker-2", 9092)] = true;
        var failure = await Assert.ThrowsAsync<KafkaException>(() => client.ConnectToAnyAsync(Cancellation));
        Assert.True(failure.IsRetriable);

        Assert.StartsWith("seed-", (await client.ConnectToAnyAsync(Cancellation)).Address.Host, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RetryAsync_tries_again_what_may_pass_and_nothing_else()
    {
        await using var client = Client();
        var attempts = 0;
        var result = await client.RetryAsync(
            _ => ++attempts < 3 ? throw new KafkaException(ErrorCode.CoordinatorLoadInProgress) : Task.FromResult(attempts), Limit, Cancellation);
        Assert.Equal(3, result);

        attempts = 0;
        var failure = await Assert.ThrowsAsync<KafkaException>(() => client.RetryAsync<int>(
            _ => throw new KafkaException(++attempts == 1 ? ErrorCode.TopicAlreadyExists : ErrorCode.None), Limit, Cancellation));
        Assert.Equal((ErrorCode.TopicAlreadyExists, 1), (failure.ErrorCode, attempts));
    }

    [Fact]
    public async Task RetryAsync_that_runs_out_of_time_says_what_stood_in_the_way()
    {
        await using var client = Client();

        var failure = await Assert.ThrowsAsync<KafkaException>(() => client.RetryAsync<int>(
            _ => throw new KafkaException(ErrorCode.CoordinatorLoadInProgress), TimeSpan.FromMilliseconds(20), Cancellation));

        Assert.Equal(ErrorCode.RequestTimedOut, failure.ErrorCode);
        Assert.Contains("COORDINATOR_LOAD_IN_PROGRESS", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_nobody_uses_is_closed_and_the_next_use_opens_another()
    {
        var time = new ManualTimeProvider(DateTimeOffset.UnixEpoch);
        _options.TimeProvider = time;
        _options.ConnectionsMaxIdle = TimeSpan.FromMinutes(1);
        _cluster.On(ApiKey.Metadata, _ => Answer());
        await using var client = Client();
        var first = await client.ConnectToAnyAsync(Cancellation);

        time.Advance(TimeSpan.FromSeconds(90));
        await first.Closed;
        var second = await client.ConnectToAnyAsync(Cancellation);

        Assert.NotSame(first, second);
        Assert.Equal(2, _cluster.Connections);
    }

    [Theory]
    [InlineData("bootstrap.server", "bootstrap.servers")]
    [InlineData("client_id", "client.id")]
    [InlineData("retry.backof.ms", "retry.backoff.ms")]
    public void Set_of_an_unknown_key_names_the_nearest(string key, string nearest)
    {
        var failure = Assert.Throws<ClientConfigException>(() => _options.Set(key, "1"));

        Assert.Contains($"did you mean '{nearest}'?", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Set_of_a_value_that_is_not_of_its_type_names_key_value_and_type()
    {
        var failure = Assert.Throws<ClientConfigException>(() => _options.Set("request.timeout.ms", "soon"));

        Assert.Equal("request.timeout.ms is 'soon'; it must be a 64-bit integer.", failure.Message);
    }

    private static ScriptedTopic Topic(string name, ErrorCode error, params (int Partition, int Leader, int Epoch)[] partitions) =>
        new(name, error, Guid.Empty, partitions);

    private static MetadataResponse Answer(params ScriptedTopic[] topics) => new()
    {
        Brokers = [new() { NodeId = 1, Host = "broker-1", Port = 9092 }, new() { NodeId = 2, Host = "broker-2", Port = 9092 }],
        ControllerId = 1,
        Topics = [.. topics.Select(t => new MetadataResponse.MetadataResponseTopic
        {
            Name = t.Name,
            ErrorCode = t.Error,
            TopicId = t.Id,
            Partitions = [.. t.Partitions.Select(p => new MetadataResponse.MetadataResponsePartition
            {
                PartitionIndex = p.Partition,
                LeaderId = p.Leader,
                LeaderEpoch = p.Epoch,
            })],
        })],
    };

    private ClusterClient Client() => new(_options, connector: _cluster);

    private sealed record ScriptedTopic(string Name, ErrorCode Error, Guid Id, (int Partition, int Leader, int Epoch)[] Partitions);
}

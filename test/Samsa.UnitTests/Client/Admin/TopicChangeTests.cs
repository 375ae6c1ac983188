using Samsa.Client;
using Samsa.Client.Admin;
using Samsa.Client.Connections;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.UnitTests.Client.Scripted;
using Xunit;

namespace Samsa.UnitTests.Client.Admin;

/// <summary>Topics created, deleted and grown.</summary>
public sealed class TopicChangeTests : IAsyncDisposable
{
    private readonly AdminScript _script = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _script.DisposeAsync();

    [Fact]
    public async Task CreateTopicsAsync_follows_the_controller_that_moved()
    {
        _script.Cluster.On(ApiKey.CreateTopics, request =>
        {
            if (request.Broker.Host == AdminScript.Host(2))
            {
                return Created(request, _ => ErrorCode.None);
            }

            _script.Controller = 2;
            return Created(request, _ => ErrorCode.NotController);
        });

        var results = await _script.Admin.CreateTopicsAsync([new("a"), new("b")], cancellation: Cancellation);

        Assert.All(results, r => Assert.Equal(ErrorCode.None, r.Error));
        Assert.Single(_script.At<CreateTopicsRequest>(1));
        Assert.Single(_script.At<CreateTopicsRequest>(2));
    }

    [Fact]
    public async Task CreateTopicsAsync_asks_again_for_the_items_only_whose_failure_may_pass()
    {
        var attempts = 0;
        _script.Cluster.On(ApiKey.CreateTopics, request =>
        {
            attempts++;
            return Created(request, name => name switch
            {
                "there" => ErrorCode.TopicAlreadyExists,
                "slow" => ErrorCode.RequestTimedOut,
                "later" when attempts < 3 => ErrorCode.ThrottlingQuotaExceeded,
                _ => ErrorCode.None,
            });
        });

        var results = await _script.Admin.CreateTopicsAsync([new("new"), new("there"), new("slow"), new("later")], cancellation: Cancellation);

        Assert.Equal(
            [("new", ErrorCode.None), ("there", ErrorCode.TopicAlreadyExists), ("slow", ErrorCode.RequestTimedOut), ("later", ErrorCode.None)],
            results.Select(r => (r.Name, r.Error)));
        Assert.Equal("TopicAlreadyExists", results[1].ErrorMessage);
        Assert.Equal(
            ["new there slow later", "later", "later"],
            _script.Cluster.Requests<CreateTopicsRequest>().Select(r => string.Join(' ', r.Topics.Select(t => t.Name))));
    }

    [Fact]
    public async Task CreateTopicsAsync_sends_assignments_configs_and_the_wish_to_validate()
    {
        _script.Cluster.On(ApiKey.CreateTopics, request => Created(request, _ => ErrorCode.None));
        var topic = new NewTopic("t")
        {
            Assignments = new Dictionary<int, IReadOnlyList<int>> { [0] = [2, 1], [1] = [1, 2] },
            Configs = new Dictionary<string, string?> { ["retention.ms"] = "1" },
        };

        var result = Assert.Single(await _script.Admin.CreateTopicsAsync([topic], validateOnly: true, Cancellation));

        var request = Assert.Single(_script.Cluster.Requests<CreateTopicsRequest>());
        Assert.True(request.ValidateOnly);
        Assert.InRange(request.TimeoutMs, 1, 30_000);
        var sent = Assert.Single(request.Topics);
        Assert.Equal((-1, (short)-1), (sent.NumPartitions, sent.ReplicationFactor));
        Assert.Equal(["0: 2,1", "1: 1,2"], sent.Assignments.Select(a => $"{a.PartitionIndex}: {string.Join(',', a.BrokerIds)}"));
        Assert.Equal(("retention.ms", "1"), (sent.Configs[0].Name, sent.Configs[0].Value));
        Assert.Equal((2, 1), (result.Partitions, result.ReplicationFactor));
        var config = Assert.Single(result.Configs!);
        Assert.Equal(("retention.ms", "1", ConfigSource.DynamicTopic, false), (config.Name, config.Value, config.Source, config.IsDefault));
    }

    [Fact]
    public async Task CreateTopicsAsync_leaves_to_an_old_broker_only_what_it_understands()
    {
        _script.Cluster.Serving(ApiKey.CreateTopics, 0, 2).On(ApiKey.CreateTopics, request => Created(request, _ => ErrorCode.None));

        var results = await _script.Admin.CreateTopicsAsync(
            [new("default"), new("given") { Partitions = 1, ReplicationFactor = 1 }], cancellation: Cancellation);

        Assert.Equal([ErrorCode.UnsupportedVersion, ErrorCode.None], results.Select(r => r.Error));
        Assert.Contains("2.4", results[0].ErrorMessage, StringComparison.Ordinal);
        Assert.Null(results[1].Configs);
        Assert.Equal("given", Assert.Single(Assert.Single(_script.Cluster.Requests<CreateTopicsRequest>()).Topics).Name);
    }

    [Fact]
    public async Task CreateTopicAsync_throws_what_the_broker_said()
    {
        _script.Cluster.On(ApiKey.CreateTopics, request => Created(request, _ => ErrorCode.InvalidReplicationFactor));

        var failure = await Assert.ThrowsAsync<KafkaException>(() => _script.Admin.CreateTopicAsync(new("t"), Cancellation));

        Assert.Equal((ErrorCode.InvalidReplicationFactor, "InvalidReplicationFactor"), (failure.ErrorCode, failure.Message));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    public async Task DeleteTopicsAsync_by_name_hides_no_failure_behind_another(short version)
    {
        _script.Cluster.Serving(ApiKey.DeleteTopics, 0, version).On(ApiKey.DeleteTopics, request =>
        {
            var asked = (DeleteTopicsRequest)request.Message;
            return new DeleteTopicsResponse
            {
                Responses = [.. (version < 6 ? asked.TopicNames : asked.Topics.Select(t => t.Name!)).Select(name => new DeleteTopicsResponse.DeletableTopicResult
                {
                    Name = name,
                    ErrorCode = name == "gone" ? ErrorCode.UnknownTopicOrPartition : ErrorCode.None,
                })],
            };
        });

        var results = await _script.Admin.DeleteTopicsAsync(["a", "gone", "b", "a"], Cancellation);

        Assert.Equal(
            [("a", ErrorCode.None), ("gone", ErrorCode.UnknownTopicOrPartition), ("b", ErrorCode.None)], results.Select(r => (r.Name!, r.Error)));
        Assert.Single(_script.Cluster.Requests<DeleteTopicsRequest>());
    }

    [Fact]
    public async Task DeleteTopicsAsync_by_id_needs_a_broker_that_knows_ids()
    {
        var id = Guid.NewGuid();
        _script.Cluster.Serving(ApiKey.DeleteTopics, 0, 5).On(ApiKey.DeleteTopics, _ => new DeleteTopicsResponse());

        var result = Assert.Single(await _script.Admin.DeleteTopicsAsync([id], Cancellation));

        Assert.Equal((id, ErrorCode.UnsupportedVersion), (result.TopicId, result.Error));
        Assert.Empty(_script.Cluster.Requests<DeleteTopicsRequest>());
    }

    [Fact]
    public async Task CreatePartitionsAsync_asks_again_after_a_lost_connection()
    {
        _script.Cluster.On(ApiKey.CreatePartitions, request => new CreatePartitionsResponse
        {
            Results = [.. ((CreatePartitionsRequest)request.Message).Topics.Select(t => new CreatePartitionsResponse.CreatePartitionsTopicResult { Name = t.Name })],
        });
        _script.Cluster.Faults.CutNext(ApiKey.CreatePartitions, 5);

        var results = await _script.Admin.CreatePartitionsAsync([new("t", 4) { Assignments = [[1, 2]] }], cancellation: Cancellation);

        Assert.True(Assert.Single(results).Succeeded);
        Assert.Equal([1, 2], _script.Cluster.Requests<CreatePartitionsRequest>().Last().Topics[0].Assignments![0].BrokerIds);
        Assert.Equal(2, _script.Cluster.Requests<CreatePartitionsRequest>().Count());
    }

    [Fact]
    public async Task A_call_that_reaches_nobody_says_for_every_item_what_stood_in_the_way()
    {
        var options = new AdminOptions
        {
            BootstrapServers = "nobody:1",
            // Long enough for a first attempt on a busy machine.
            DefaultApiTimeout = TimeSpan.FromSeconds(1.5),
            RetryBackoff = TimeSpan.FromMilliseconds(1),
        };
        _script.Cluster.Faults.RefusedAddresses[new BrokerAddress("nobody", 1)] = true;
        await using var admin = new KafkaAdmin(options, _script.Cluster);

        var results = await admin.DeleteTopicsAsync(["a", "b"], Cancellation);

        Assert.Equal(["a", "b"], results.Select(r => r.Name));
        Assert.All(results, r => Assert.Equal(ErrorCode.RequestTimedOut, r.Error));
        Assert.All(results, r => Assert.Contains("nobody:1", r.ErrorMessage, StringComparison.Ordinal));
        var failure = await Assert.ThrowsAsync<KafkaException>(() => admin.ListTopicsAsync(cancellation: Cancellation));
        Assert.Equal(ErrorCode.RequestTimedOut, failure.ErrorCode);
    }

    private static CreateTopicsResponse Created(ScriptedRequest request, Func<string, ErrorCode> outcome) => new()
    {
        Topics = [.. ((CreateTopicsRequest)request.Message).Topics.Select(topic => new CreateTopicsResponse.CreatableTopicResult
        {
            Name = topic.Name,
            ErrorCode = outcome(topic.Name),
            ErrorMessage = outcome(topic.Name) == ErrorCode.None ? null : outcome(topic.Name).ToString(),
            NumPartitions = topic.Assignments.Count,
            ReplicationFactor = 1,
            Configs = request.Version < 5 ? null : [.. topic.Configs.Select(c => new CreateTopicsResponse.CreatableTopicConfigs
            {
                Name = c.Name,
                Value = c.Value,
                ConfigSource = (sbyte)ConfigSource.DynamicTopic,
            })],
        })],
    };
}

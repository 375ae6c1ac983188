using Samsa.Client;
using Samsa.Client.Admin;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Xunit;

namespace Samsa.UnitTests.Client.Admin;

/// <summary>Descriptions of topics, configurations, brokers.</summary>
public sealed class DescriptionTests : IAsyncDisposable
{
    private readonly AdminScript _script = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _script.DisposeAsync();

    [Fact]
    public async Task DescribeTopicsAsync_puts_the_pages_together()
    {
        // Pages of two partitions over a (3) and c (2); b is unknown.
        _script.Cluster.On(ApiKey.DescribeTopicPartitions, request => Page((DescribeTopicPartitionsRequest)request.Message));

        var results = await _script.Admin.DescribeTopicsAsync(["c", "a", "b"], partitionsPerResponse: 2, cancellation: Cancellation);

        Assert.Equal(
            ["c None 0,1", "a None 0,1,2", "b UnknownTopicOrPartition "],
            results.Select(t => $"{t.Name} {t.Error} {string.Join(',', t.Partitions.Select(p => p.Partition))}"));
        var requests = _script.Cluster.Requests<DescribeTopicPartitionsRequest>().ToList();
        Assert.Equal(["- a b c", "a/2 a b c", "c/1 c"], requests.Select(r =>
            $"{(r.Cursor is null ? "-" : $"{r.Cursor.TopicName}/{r.Cursor.PartitionIndex}")} {string.Join(' ', r.Topics.Select(t => t.Name))}"));
        Assert.All(requests, r => Assert.Equal(2, r.ResponsePartitionLimit));
        Assert.Equal([3], results[0].Partitions[0].EligibleLeaderReplicas);
    }

    [Fact]
    public async Task DescribeTopicsAsync_of_a_broker_that_stands_still_ends()
    {
        _script.Cluster.On(ApiKey.DescribeTopicPartitions, _ => new DescribeTopicPartitionsResponse { NextCursor = new() { TopicName = "a", PartitionIndex = 1 } });

        var result = Assert.Single(await _script.Admin.DescribeTopicsAsync(["a"], cancellation: Cancellation));

        Assert.Equal(ErrorCode.UnknownServerError, result.Error);
    }

    [Fact]
    public async Task DescribeTopicsAsync_of_an_older_broker_reads_the_metadata()
    {
        _script.Leaders[new("t", 0)] = 2;

        var results = await _script.Admin.DescribeTopicsAsync(["t", "nope"], cancellation: Cancellation);

        Assert.Equal([ErrorCode.None, ErrorCode.UnknownTopicOrPartition], results.Select(r => r.Error));
        var partition = Assert.Single(results[0].Partitions);
        Assert.Equal((2, null), (partition.Leader, partition.EligibleLeaderReplicas));
        Assert.Equal([1, 2], partition.Replicas);
        Assert.False(_script.Cluster.Requests<MetadataRequest>().Last().AllowAutoTopicCreation);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(13)]
    public async Task ListTopicsAsync_asks_for_all_topics_in_every_version(short version)
    {
        _script.Cluster.Serving(ApiKey.Metadata, 0, version);
        if (version == 0)
        {
            _script.Cluster.On(ApiKey.Metadata, request => new MetadataResponse
            {
                Topics = ((MetadataRequest)request.Message).Topics is { Count: 0 } ? [new() { Name = "b" }, new() { Name = "a" }] : [],
            });
        }
        else
        {
            _script.Leaders[new("b", 0)] = 1;
            _script.Leaders[new("a", 0)] = 1;
        }

        var topics = await _script.Admin.ListTopicsAsync(cancellation: Cancellation);

        Assert.Equal(["a", "b"], topics.Select(t => t.Name));
    }

    [Fact]
    public async Task ListConfigResourcesAsync_asks_for_what_is_wanted_and_older_brokers_for_subscriptions_only()
    {
        _script.Cluster.On(ApiKey.ListConfigResources, _ => new ListConfigResourcesResponse
        {
            ConfigResources = [new() { ResourceName = "m", ResourceType = 16 }],
        });

        Assert.Equal(
            [new ConfigResource(ConfigResourceType.ClientMetrics, "m")],
            await _script.Admin.ListConfigResourcesAsync([ConfigResourceType.ClientMetrics, ConfigResourceType.Group], Cancellation));
        Assert.Equal([16, 32], _script.Cluster.Requests<ListConfigResourcesRequest>().Last().ResourceTypes);

        await using var older = new AdminScript();
        older.Cluster.Serving(ApiKey.ListConfigResources, 0, 0);
        older.Cluster.On(ApiKey.ListConfigResources, _ => new ListConfigResourcesResponse { ConfigResources = [new() { ResourceName = "old" }] });
        Assert.Equal(
            [new ConfigResource(ConfigResourceType.ClientMetrics, "old")],
            await older.Admin.ListConfigResourcesAsync([ConfigResourceType.ClientMetrics], Cancellation));
        var refused = await Assert.ThrowsAsync<KafkaException>(() => older.Admin.ListConfigResourcesAsync(cancellation: Cancellation));
        Assert.Equal(ErrorCode.UnsupportedVersion, refused.ErrorCode);
    }

    [Fact]
    public async Task DescribeConfigsAsync_asks_a_broker_about_itself_and_anybody_about_the_rest()
    {
        _script.Cluster.On(ApiKey.DescribeConfigs, request => new DescribeConfigsResponse
        {
            Results = [.. ((DescribeConfigsRequest)request.Message).Resources.Select(r => new DescribeConfigsResponse.DescribeConfigsResult
            {
                ResourceType = r.ResourceType,
                ResourceName = r.ResourceName,
                ErrorCode = r.ResourceName == "nope" ? ErrorCode.UnknownTopicOrPartition : ErrorCode.None,
                Configs = r.ResourceName == "nope" ? [] :
                [
                    new() { Name = "told.by", Value = request.Broker.Host, ConfigSource = 4, ConfigType = 2, Synonyms = [new() { Name = "s", Value = "v", Source = 5 }] },
                ],
            })],
        });

        var results = await _script.Admin.DescribeConfigsAsync(
            [ConfigResource.Broker(2), ConfigResource.Topic("t"), ConfigResource.Topic("nope"), ConfigResource.Broker(1), ConfigResource.BrokerDefault],
            includeSynonyms: true,
            cancellation: Cancellation);

        Assert.Equal([ErrorCode.None, ErrorCode.None, ErrorCode.UnknownTopicOrPartition, ErrorCode.None, ErrorCode.None], results.Select(r => r.Error));
        Assert.Equal(("broker-2", "broker-1"), (results[0].Entries[0].Value, results[3].Entries[0].Value));
        var entry = results[0].Entries[0];
        Assert.Equal((ConfigSource.StaticBroker, ConfigValueType.String), (entry.Source, entry.Type));
        Assert.Equal(new ConfigSynonym("s", "v", ConfigSource.Default), Assert.Single(entry.Synonyms));
        Assert.Equal(3, _script.Cluster.Requests<DescribeConfigsRequest>().Count());
    }

    [Fact]
    public async Task DescribeConfigsAsync_of_Kafka_0_11_tells_what_is_set_from_what_is_not()
    {
        _script.Cluster.Serving(ApiKey.DescribeConfigs, 0, 0).On(ApiKey.DescribeConfigs, _ => new DescribeConfigsResponse
        {
            Results = [new()
            {
                ResourceType = (sbyte)ConfigResourceType.Topic,
                ResourceName = "t",
                Configs = [new() { Name = "set", Value = "1" }, new() { Name = "unset", Value = "2", IsDefault = true }],
            }],
        });

        var result = Assert.Single(await _script.Admin.DescribeConfigsAsync(
            [ConfigResource.Topic("t")], includeSynonyms: true, includeDocumentation: true, Cancellation));

        Assert.Equal([ConfigSource.DynamicTopic, ConfigSource.Default], result.Entries.Select(e => e.Source));
    }

    [Fact]
    public async Task IncrementalAlterConfigsAsync_sends_the_operations_and_repeats_only_what_may_pass()
    {
        var attempts = 0;
        _script.Cluster.On(ApiKey.IncrementalAlterConfigs, request =>
        {
            attempts++;
            return new IncrementalAlterConfigsResponse
            {
                Responses = [.. ((IncrementalAlterConfigsRequest)request.Message).Resources.Select(r => new IncrementalAlterConfigsResponse.AlterConfigsResourceResponse
                {
                    ResourceType = r.ResourceType,
                    ResourceName = r.ResourceName,
                    ErrorCode = r.ResourceName switch
                    {
                        "bad" => ErrorCode.InvalidConfig,
                        "moved" when attempts == 1 => ErrorCode.NotController,
                        _ => ErrorCode.None,
                    },
                })],
            };
        });

        var results = await _script.Admin.IncrementalAlterConfigsAsync(
            new Dictionary<ConfigResource, IReadOnlyList<ConfigAlteration>>
            {
                [ConfigResource.Topic("bad")] = [new(AlterConfigOperation.Set, "retention.ms", "x")],
                [ConfigResource.Topic("moved")] =
                    [new(AlterConfigOperation.Delete, "retention.ms", "ignored"), new(AlterConfigOperation.Append, "cleanup.policy", "compact")],
            },
            cancellation: Cancellation);

        Assert.Equal([ErrorCode.InvalidConfig, ErrorCode.None], results.Select(r => r.Error));
        var last = _script.Cluster.Requests<IncrementalAlterConfigsRequest>().Last();
        Assert.Equal("moved", Assert.Single(last.Resources).ResourceName);
        Assert.Equal([(1, null), (2, "compact")], last.Resources[0].Configs.Select(c => ((int)c.ConfigOperation, c.Value)));
        Assert.Equal(2, attempts);
    }

    [Fact]
    public async Task AlterConfigsAsync_of_a_broker_goes_to_that_broker()
    {
        _script.Cluster.On(ApiKey.AlterConfigs, request => new AlterConfigsResponse
        {
            Responses = [new() { ResourceType = 4, ResourceName = "2" }],
        });

        var result = Assert.Single(await _script.Admin.AlterConfigsAsync(
            new Dictionary<ConfigResource, IReadOnlyDictionary<string, string?>> { [ConfigResource.Broker(2)] = new Dictionary<string, string?> { ["a"] = "b" } },
            cancellation: Cancellation));

        Assert.True(result.Succeeded);
        Assert.Equal("b", Assert.Single(_script.At<AlterConfigsRequest>(2)).Resources[0].Configs[0].Value);
        Assert.Empty(_script.At<AlterConfigsRequest>(1));
    }

    [Fact]
    public async Task DescribeClusterAsync_of_an_older_broker_reads_the_metadata()
    {
        var cluster = await _script.Admin.DescribeClusterAsync(cancellation: Cancellation);

        Assert.Equal(("scripted", 1), (cluster.ClusterId, cluster.ControllerId));
        Assert.Equal([new(1, "broker-1", 9092, null), new BrokerDescription(2, "broker-2", 9092, "r")], cluster.Brokers);
        var failure = await Assert.ThrowsAsync<KafkaException>(() => _script.Admin.DescribeClusterAsync(includeFencedBrokers: true, cancellation: Cancellation));
        Assert.Equal(ErrorCode.UnsupportedVersion, failure.ErrorCode);
    }

    [Fact]
    public async Task DescribeLogDirsAsync_tells_of_each_broker_what_it_can()
    {
        _script.Cluster.On(ApiKey.DescribeLogDirs, request => new DescribeLogDirsResponse
        {
            Results =
            [
                new() { LogDir = "/" + request.Broker.Host, Topics = [new() { Name = "t", Partitions = [new() { PartitionIndex = 3, PartitionSize = 4, OffsetLag = 5, IsFutureKey = true }] }] },
                new() { LogDir = "/broken", ErrorCode = ErrorCode.KafkaStorageError },
            ],
        });

        var results = await _script.Admin.DescribeLogDirsAsync([2, 1], Cancellation);

        Assert.Equal(["/broker-2", "/broker-1"], results.Select(r => r.LogDirs[0].Path));
        Assert.Equal(new LogDirReplica(new("t", 3), 4, 5, true), Assert.Single(results[0].LogDirs[0].Replicas));
        Assert.Equal(ErrorCode.KafkaStorageError, results[0].LogDirs[1].Error);
    }

    [Fact]
    public async Task DescribeApiVersionsAsync_asks_every_broker()
    {
        var results = await _script.Admin.DescribeApiVersionsAsync(Cancellation);

        Assert.Equal([1, 2], results.Select(r => r.Broker.Id));
        Assert.All(results, r => Assert.Contains(new ApiVersionRange((short)ApiKey.Metadata, 0, 13), r.Apis));
    }

    [Fact]
    public void Set_knows_the_keys_of_an_admin_client()
    {
        var options = new AdminOptions();

        options.Set("default.api.timeout.ms", "1500");
        options.Set("retries", "7");

        Assert.Equal(TimeSpan.FromMilliseconds(1500), options.DefaultApiTimeout);
        Assert.False(options.Knows("linger.ms"));
    }

    private static DescribeTopicPartitionsResponse Page(DescribeTopicPartitionsRequest request)
    {
        var counts = new Dictionary<string, int> { ["a"] = 3, ["c"] = 2 };
        var page = new DescribeTopicPartitionsResponse();
        var left = request.ResponsePartitionLimit;
        foreach (var name in request.Topics.Select(t => t.Name).Where(n => request.Cursor is null || string.CompareOrdinal(n, request.Cursor.TopicName) >= 0))
        {
            var topic = new DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic { Name = name };
            if (!counts.TryGetValue(name, out var count))
            {
                topic.ErrorCode = ErrorCode.UnknownTopicOrPartition;
            }

            page.Topics.Add(topic);
            for (var i = request.Cursor?.TopicName == name ? request.Cursor.PartitionIndex : 0; i < count; i++)
            {
                if (left-- == 0)
                {
                    page.NextCursor = new() { TopicName = name, PartitionIndex = i };
                    return page;
                }

                topic.Partitions.Add(new() { PartitionIndex = i, LeaderId = 1, ReplicaNodes = [1, 3], IsrNodes = [1], EligibleLeaderReplicas = [3] });
            }
        }

        return page;
    }
}

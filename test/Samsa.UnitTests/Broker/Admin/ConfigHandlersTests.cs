using Samsa.Broker.Api.Admin;
using Samsa.Broker.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.UnitTests.Broker.Metadata;
using Xunit;

namespace Samsa.UnitTests.Broker.Admin;

/// <summary>Sources, synonyms, codes and texts measured on Apache Kafka 4.3.1.</summary>
public sealed class ConfigHandlersTests
{
    [Theory]
    [InlineData("cleanup.policy", "delete", 5, 7, "log.cleanup.policy=delete@5")]
    [InlineData("retention.ms", "604800000", 5, 5, "")]
    [InlineData("flush.ms", "9223372036854775807", 5, 5, "")]
    [InlineData("min.cleanable.dirty.ratio", "0.5", 5, 6, "log.cleaner.min.cleanable.ratio=0.5@5")]
    [InlineData("remote.storage.enable", "false", 5, 1, "")]
    public async Task A_topic_value_at_default_has_the_brokers_synonym(string key, string value, sbyte source, sbyte type, string synonyms) =>
        AssertEntry(Assert.Single((await DescribeAsync(await StartAsync(), 2, "t", key)).Configs), value, source, type, synonyms);

    [Fact]
    public async Task Dynamic_values_appear_in_the_order_in_which_they_count()
    {
        var metadata = await StartAsync();
        await metadata.AlterAsync(
            ConfigResourceType.Broker, "", ("message.max.bytes", ConfigOperation.Set, "3000000"), ("log.retention.ms", ConfigOperation.Set, "99999"));
        await metadata.AlterAsync(ConfigResourceType.Broker, "1", ("message.max.bytes", ConfigOperation.Set, "2000000"), ("my.own", ConfigOperation.Set, "1"));
        await metadata.AlterAsync(ConfigResourceType.Topic, "t", ("cleanup.policy", ConfigOperation.Set, "compact"));

        AssertEntry(await OneAsync(metadata, 2, "t", "max.message.bytes"), "2000000", 2, 3, "message.max.bytes=2000000@2 message.max.bytes=3000000@3 message.max.bytes=1048588@5");
        AssertEntry(await OneAsync(metadata, 2, "t", "retention.ms"), "99999", 3, 5, "log.retention.ms=99999@3 log.retention.hours=168@5");
        AssertEntry(await OneAsync(metadata, 2, "t", "cleanup.policy"), "compact", 1, 7, "cleanup.policy=compact@1 log.cleanup.policy=delete@5");
        AssertEntry(await OneAsync(metadata, 4, "1", "log.retention.ms"), "99999", 3, 5, "log.retention.ms=99999@3 log.retention.hours=168@5");
        AssertEntry(await OneAsync(metadata, 4, "1", "log.retention.hours"), "168", 5, 3, "log.retention.hours=168@5");
        AssertEntry(await OneAsync(metadata, 4, "1", "my.own"), null, 2, 0, "my.own=@2");
        Assert.Equal(["log.retention.ms", "message.max.bytes"], (await DescribeAsync(metadata, 4, "")).Configs.Select(entry => entry.Name));
    }

    [Fact]
    public async Task A_broker_reports_static_values_nulls_and_secrets()
    {
        var metadata = await StartAsync("listeners=PLAINTEXT://127.0.0.1:9092", "ssl.key.password=secret", "log.retention.hours=1");

        AssertEntry(await OneAsync(metadata, 4, "1", "listeners"), "PLAINTEXT://127.0.0.1:9092", 4, 7, "listeners=PLAINTEXT://127.0.0.1:9092@4 listeners=PLAINTEXT://:9092@5");
        AssertEntry(await OneAsync(metadata, 4, "1", "log.retention.ms"), null, 5, 5, "");
        AssertEntry(await OneAsync(metadata, 2, "t", "retention.ms"), "3600000", 5, 5, "");
        var secret = await OneAsync(metadata, 4, "1", "ssl.key.password");
        AssertEntry(secret, null, 4, 9, "ssl.key.password=@4");
        Assert.True(secret.IsSensitive);
        Assert.True((await OneAsync(metadata, 4, "1", "broker.rack")).ReadOnly);
    }

    [Fact]
    public async Task Counts_are_those_of_the_tables()
    {
        var metadata = await StartAsync();

        Assert.Equal(36, (await DescribeAsync(metadata, 2, "t")).Configs.Count);
        Assert.Equal(17, (await DescribeAsync(metadata, 32, "g")).Configs.Count);
        Assert.True((await DescribeAsync(metadata, 4, "1")).Configs.Count >= 382);
    }

    [Theory]
    [InlineData(2, "nope", ErrorCode.UnknownTopicOrPartition, "")]
    [InlineData(2, "a b", ErrorCode.InvalidTopicException, "Topic name is invalid: 'a b' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'")]
    [InlineData(4, "77", ErrorCode.InvalidRequest, "Unexpected broker id, expected 1 or empty string, but received 77")]
    [InlineData(4, "abc", ErrorCode.InvalidRequest, "Broker id must be an integer, but it is: abc")]
    [InlineData(32, "", ErrorCode.InvalidRequest, "Group name must not be empty")]
    [InlineData(99, "x", ErrorCode.InvalidRequest, "Unexpected resource type 99 for resource x")]
    public async Task A_wrong_resource_has_its_code_and_text(sbyte type, string name, ErrorCode code, string text)
    {
        var result = await DescribeAsync(await StartAsync(), type, name);

        Assert.Equal((code, text), (result.ErrorCode, result.ErrorMessage));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Every_version_says_whether_a_value_is_the_default(short version)
    {
        var metadata = await StartAsync();
        await metadata.AlterAsync(ConfigResourceType.Topic, "t", ("retention.ms", ConfigOperation.Set, "5"));

        var entries = (await DescribeAsync(metadata, version, 2, "t", "retention.ms", "segment.ms")).Configs;

        Assert.Equal(version == 0 ? [false, true] : [false, false], entries.Select(entry => entry.IsDefault));
        Assert.Equal(version == 0 ? [-1, -1] : [1, 5], entries.Select(entry => (int)entry.ConfigSource));
        Assert.All(entries, entry => Assert.Equal(version >= 3, entry.Documentation is { Length: > 0 }));
    }

    [Fact]
    public async Task The_same_resource_twice_is_refused_and_the_others_are_changed()
    {
        var metadata = await StartAsync();
        var request = new IncrementalAlterConfigsRequest { Resources = [Set("t", "1"), Set("t", "2"), Set("u", "3")] };

        var answer = await AdminHarness.AskAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(
            new AlterConfigsHandler(metadata).HandleAsync, ApiKey.IncrementalAlterConfigs, 1, request);

        Assert.Equal(
            [(ErrorCode.InvalidRequest, "Each resource must appear at most once."), (ErrorCode.InvalidRequest, "Each resource must appear at most once."), (ErrorCode.None, null)],
            answer.Responses.Select(response => (response.ErrorCode, response.ErrorMessage)));
        Assert.Equal("3", metadata.Current.FindTopic("u")!.Configs["retention.ms"]);
        Assert.Empty(metadata.Current.FindTopic("t")!.Configs);

        static IncrementalAlterConfigsRequest.AlterConfigsResource Set(string topic, string value) => new()
        {
            ResourceType = 2,
            ResourceName = topic,
            Configs = [new IncrementalAlterConfigsRequest.AlterableConfig { Name = "retention.ms", Value = value }],
        };
    }

    [Fact]
    public async Task The_old_request_replaces_all_values()
    {
        var metadata = await StartAsync();
        await metadata.AlterAsync(ConfigResourceType.Topic, "t", ("retention.ms", ConfigOperation.Set, "5"));
        var request = new AlterConfigsRequest
        {
            Resources = [new AlterConfigsRequest.AlterConfigsResource
            {
                ResourceType = 2, ResourceName = "t", Configs = [new AlterConfigsRequest.AlterableConfig { Name = "segment.ms", Value = "7" }],
            }],
        };

        await AdminHarness.AskAsync<AlterConfigsRequest, AlterConfigsResponse>(
            new AlterConfigsHandler(metadata).HandleAsync, ApiKey.AlterConfigs, 1, request);

        Assert.Equal("segment.ms", Assert.Single(metadata.Current.FindTopic("t")!.Configs).Key);
    }

    private static void AssertEntry(
        DescribeConfigsResponse.DescribeConfigsResourceResult entry, string? value, sbyte source, sbyte type, string synonyms)
    {
        Assert.Equal((value, source, type), (entry.Value, entry.ConfigSource, entry.ConfigType));
        Assert.Equal(synonyms, string.Join(' ', entry.Synonyms.Select(synonym => $"{synonym.Name}={synonym.Value}@{synonym.Source}")));
    }

    private static async Task<DescribeConfigsResponse.DescribeConfigsResourceResult> OneAsync(
        IClusterMetadata metadata, sbyte type, string name, string key) => Assert.Single((await DescribeAsync(metadata, type, name, key)).Configs);

    private static Task<DescribeConfigsResponse.DescribeConfigsResult> DescribeAsync(
        IClusterMetadata metadata, sbyte type, string name, params string[] keys) => DescribeAsync(metadata, 4, type, name, keys);

    private static async Task<DescribeConfigsResponse.DescribeConfigsResult> DescribeAsync(
        IClusterMetadata metadata, short version, sbyte type, string name, params string[] keys)
    {
        var request = new DescribeConfigsRequest
        {
            Resources = [new DescribeConfigsRequest.DescribeConfigsResource
            {
                ResourceType = type, ResourceName = name, ConfigurationKeys = keys.Length == 0 ? null : [.. keys],
            }],
            IncludeSynonyms = version >= 1,
            IncludeDocumentation = version >= 3,
        };
        return Assert.Single((await AdminHarness.AskAsync<DescribeConfigsRequest, DescribeConfigsResponse>(
            new DescribeConfigsHandler(metadata, 1).HandleAsync, ApiKey.DescribeConfigs, version, request)).Results);
    }

    private static async Task<ZooKeeperClusterMetadata> StartAsync(params string[] properties)
    {
        var metadata = await MetadataHarness.StartAsync(MetadataHarness.NewDisk(), properties);
        await metadata.CreateTopicsAsync([new NewTopic("t", 1, 1), new NewTopic("u", 1, 1)], validateOnly: false);
        return metadata;
    }
}

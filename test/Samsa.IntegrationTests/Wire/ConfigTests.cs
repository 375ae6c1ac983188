using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Xunit;

namespace Samsa.IntegrationTests.Wire;

/// <summary>DescribeConfigs, AlterConfigs and IncrementalAlterConfigs.</summary>
public sealed class ConfigTests(WireBroker broker) : IClassFixture<WireBroker>
{
    private const sbyte Topic = 2;
    private const sbyte Broker = 4;
    private const sbyte Set = 0;
    private const sbyte Delete = 1;
    private const sbyte Append = 2;
    private const sbyte Subtract = 3;

    public static TheoryData<short> DescribeVersions => WireVersions.Of(ApiKey.DescribeConfigs);

    public static TheoryData<short> AlterVersions => WireVersions.Of(ApiKey.AlterConfigs);

    public static TheoryData<short> IncrementalVersions => WireVersions.Of(ApiKey.IncrementalAlterConfigs);

    [Theory]
    [MemberData(nameof(DescribeVersions))]
    public async Task Every_version_tells_a_topics_own_value_from_a_default(short version)
    {
        broker.Require(ApiKey.DescribeConfigs, version);
        var topic = await broker.CreateTopicAsync(1, "retention.ms=777");
        using var client = await broker.ConnectAsync();

        var result = await DescribeAsync(client, Topic, topic.Name, version, "retention.ms", "cleanup.policy");

        Assert.Equal(ErrorCode.None, result.ErrorCode);
        var entries = result.Configs.ToDictionary(entry => entry.Name);
        Assert.Equal(2, entries.Count);
        Assert.Equal(("777", "delete"), (entries["retention.ms"].Value, entries["cleanup.policy"].Value));
        if (version == 0)
            Assert.Equal((false, true), (entries["retention.ms"].IsDefault, entries["cleanup.policy"].IsDefault));
        else
            Assert.Equal((1, 5), ((int)entries["retention.ms"].ConfigSource, (int)entries["cleanup.policy"].ConfigSource));
    }

    [Theory]
    [InlineData(Topic, "no-such-topic", ErrorCode.UnknownTopicOrPartition)]
    [InlineData(Topic, "a b", ErrorCode.InvalidTopicException)]
    [InlineData((sbyte)0, "x", ErrorCode.InvalidRequest)]
    [InlineData((sbyte)99, "x", ErrorCode.InvalidRequest)]
    [InlineData(Broker, "4711", ErrorCode.InvalidRequest)]
    [InlineData(Broker, "", ErrorCode.None)]
    public async Task Resources_must_exist(sbyte type, string name, ErrorCode expected)
    {
        using var client = await broker.ConnectAsync();

        Assert.Equal(expected, (await DescribeAsync(client, type, name, 4)).ErrorCode);
    }

    [Theory]
    [MemberData(nameof(AlterVersions))]
    public async Task Altering_replaces_every_own_value(short version)
    {
        broker.Require(ApiKey.AlterConfigs, version);
        var topic = await broker.CreateTopicAsync(1, "retention.ms=777");
        using var client = await broker.ConnectAsync();
        var request = new AlterConfigsRequest
        {
            Resources = [new() { ResourceType = Topic, ResourceName = topic.Name, Configs = [new() { Name = "max.message.bytes", Value = "5000" }] }],
        };

        var answer = Assert.Single((await client.SendAsync<AlterConfigsResponse>(request, version)).Responses);

        Assert.Equal((ErrorCode.None, Topic, topic.Name), (answer.ErrorCode, answer.ResourceType, answer.ResourceName));
        Assert.Equal("5000", await ValueAsync(client, topic, "max.message.bytes"));
        Assert.Equal("604800000", await ValueAsync(client, topic, "retention.ms"));
    }

    [Theory]
    [MemberData(nameof(IncrementalVersions))]
    public async Task Incremental_changes_leave_the_other_values_alone(short version)
    {
        broker.Require(ApiKey.IncrementalAlterConfigs, version);
        var topic = await broker.CreateTopicAsync(1, "retention.ms=777", "segment.ms=888");
        using var client = await broker.ConnectAsync();

        Assert.Equal(ErrorCode.None, await ChangeAsync(client, topic, version, ("cleanup.policy", Append, "compact"), ("segment.ms", Delete, null)));

        Assert.Equal("777", await ValueAsync(client, topic, "retention.ms"));
        Assert.Equal("delete,compact", await ValueAsync(client, topic, "cleanup.policy"));
        Assert.Equal("604800000", await ValueAsync(client, topic, "segment.ms"));
        Assert.Equal(ErrorCode.None, await ChangeAsync(client, topic, version, ("cleanup.policy", Subtract, "delete")));
        Assert.Equal("compact", await ValueAsync(client, topic, "cleanup.policy"));
    }

    [Fact]
    public async Task A_changed_setting_rules_the_next_request()
    {
        Assert.SkipUnless(broker.IsSamsa, "Apache Kafka applies it a little later.");
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();
        await client.MustProduceAsync(topic, WireRecords.Batch(50));

        await ChangeAsync(client, topic, 1, ("max.message.bytes", Set, "100"));

        Assert.Equal(ErrorCode.MessageTooLarge, (await client.ProduceAsync(topic, WireRecords.Batch(50))).ErrorCode);
    }

    [Theory]
    [InlineData("retention.ms", Append, "1", ErrorCode.InvalidConfig)]
    [InlineData("retention.ms", Set, "soon", ErrorCode.InvalidConfig)]
    [InlineData("no.such.key", Set, "1", ErrorCode.InvalidConfig)]
    [InlineData("retention.ms", (sbyte)9, "1", ErrorCode.UnknownServerError)]
    [InlineData("retention.ms", Set, null, ErrorCode.InvalidRequest)]
    public async Task Changes_must_be_possible(string key, sbyte operation, string? value, ErrorCode expected)
    {
        var topic = await broker.CreateTopicAsync(1, "retention.ms=777");
        using var client = await broker.ConnectAsync();

        Assert.Equal(expected, await ChangeAsync(client, topic, 1, (key, operation, value)));
        Assert.Equal("777", await ValueAsync(client, topic, "retention.ms"));
    }

    [Fact]
    public async Task A_key_that_is_changed_twice_is_refused()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();

        Assert.Equal(ErrorCode.InvalidRequest, await ChangeAsync(client, topic, 1, ("retention.ms", Set, "1"), ("retention.ms", Set, "2")));
    }

    [Fact]
    public async Task A_resource_that_is_changed_twice_is_refused()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();
        var request = Changes(Topic, topic.Name, ("retention.ms", Set, "1"));
        request.Resources.Add(request.Resources[0]);

        var response = await client.SendAsync<IncrementalAlterConfigsResponse>(request, 1);

        Assert.NotEmpty(response.Responses);
        Assert.All(response.Responses, answer => Assert.Equal(ErrorCode.InvalidRequest, answer.ErrorCode));
    }

    [Fact]
    public async Task Unknown_topics_and_fixed_broker_settings_are_refused()
    {
        using var client = await broker.ConnectAsync();
        var node = (await client.SendAsync<MetadataResponse>(new MetadataRequest { Topics = [] }, 9)).Brokers[0].NodeId;

        Assert.Equal(ErrorCode.UnknownTopicOrPartition, await ChangeAsync(client, new WireTopic("no-such-topic", default), 1, ("retention.ms", Set, "1")));
        var response = await client.SendAsync<IncrementalAlterConfigsResponse>(Changes(Broker, $"{node}", ("broker.id", Set, "5")), 1);
        Assert.Equal(ErrorCode.InvalidRequest, Assert.Single(response.Responses).ErrorCode);
    }

    [Fact]
    public async Task Validating_changes_nothing()
    {
        var topic = await broker.CreateTopicAsync(1, "retention.ms=777");
        using var client = await broker.ConnectAsync();
        var request = Changes(Topic, topic.Name, ("retention.ms", Set, "1"));
        request.ValidateOnly = true;

        var response = await client.SendAsync<IncrementalAlterConfigsResponse>(request, 1);

        Assert.Equal(ErrorCode.None, Assert.Single(response.Responses).ErrorCode);
        Assert.Equal("777", await ValueAsync(client, topic, "retention.ms"));
    }

    private static async Task<DescribeConfigsResponse.DescribeConfigsResult> DescribeAsync(
        WireClient client, sbyte type, string name, short version, params string[] keys)
    {
        var request = new DescribeConfigsRequest
        {
            Resources = [new() { ResourceType = type, ResourceName = name, ConfigurationKeys = keys.Length == 0 ? null : [.. keys] }],
        };
        return Assert.Single((await client.SendAsync<DescribeConfigsResponse>(request, version)).Results);
    }

    private static async Task<string?> ValueAsync(WireClient client, WireTopic topic, string key) =>
        Assert.Single((await DescribeAsync(client, Topic, topic.Name, 4, key)).Configs).Value;

    private static IncrementalAlterConfigsRequest Changes(
        sbyte type, string name, params (string Key, sbyte Operation, string? Value)[] changes) => new()
        {
            Resources =
            [
                new IncrementalAlterConfigsRequest.AlterConfigsResource
                {
                    ResourceType = type,
                    ResourceName = name,
                    Configs =
                    [
                        .. changes.Select(change => new IncrementalAlterConfigsRequest.AlterableConfig
                        {
                            Name = change.Key, ConfigOperation = change.Operation, Value = change.Value,
                        }),
                    ],
                },
            ],
        };

    private static async Task<ErrorCode> ChangeAsync(
        WireClient client, WireTopic topic, short version, params (string Key, sbyte Operation, string? Value)[] changes)
    {
        var response = await client.SendAsync<IncrementalAlterConfigsResponse>(Changes(Topic, topic.Name, changes), version);
        return Assert.Single(response.Responses).ErrorCode;
    }
}

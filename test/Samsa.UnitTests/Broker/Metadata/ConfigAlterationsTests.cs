using Samsa.Broker.Metadata;
using Samsa.Protocol;
using Xunit;

namespace Samsa.UnitTests.Broker.Metadata;

/// <summary>Codes and texts are those of Apache Kafka 4.3.1, measured over raw sockets.</summary>
public sealed class ConfigAlterationsTests
{
    public static TheoryData<ConfigResourceType, string, string, ConfigOperation, string?, ErrorCode, string?> Refused => new()
    {
        { ConfigResourceType.Topic, "nope", "retention.ms", ConfigOperation.Set, "1", ErrorCode.UnknownTopicOrPartition, "The topic 'nope' does not exist." },
        { ConfigResourceType.Topic, "", "retention.ms", ConfigOperation.Set, "1", ErrorCode.InvalidRequest, "Default topic resources are not allowed." },
        { ConfigResourceType.Topic, "t", "no.such", ConfigOperation.Set, "1", ErrorCode.InvalidConfig, "Unknown topic config name: no.such" },
        { ConfigResourceType.Topic, "t", "retention.ms", ConfigOperation.Set, "abc", ErrorCode.InvalidConfig, "Invalid value abc for configuration retention.ms: Not a number of type LONG" },
        { ConfigResourceType.Topic, "t", "retention.ms", ConfigOperation.Set, null, ErrorCode.InvalidRequest, "Null value not supported for : retention.ms" },
        { ConfigResourceType.Topic, "t", "retention.ms", ConfigOperation.Append, "1", ErrorCode.InvalidConfig, "Can't APPEND to key retention.ms because its type is not LIST." },
        { ConfigResourceType.Topic, "t", "retention.ms", ConfigOperation.Subtract, "1", ErrorCode.InvalidConfig, "Can't SUBTRACT to key retention.ms because its type is not LIST." },
        { ConfigResourceType.Topic, "t", "retention.ms", (ConfigOperation)9, "1", ErrorCode.UnknownServerError, null },
        { ConfigResourceType.Broker, "1", "broker.rack", ConfigOperation.Set, "x", ErrorCode.InvalidRequest, "Cannot update these configs dynamically: [broker.rack]" },
        { ConfigResourceType.Broker, "", "listeners", ConfigOperation.Set, "PLAINTEXT://:1", ErrorCode.InvalidRequest, "Cannot update these configs at default cluster level, broker id must be specified: [listeners]" },
        { ConfigResourceType.Broker, "", "ssl.keystore.type", ConfigOperation.Set, "PKCS12", ErrorCode.InvalidRequest, "These security configs can be dynamically updated only per-listener using the listener prefix: [ssl.keystore.type]" },
        { ConfigResourceType.Broker, "77", "message.max.bytes", ConfigOperation.Set, "1", ErrorCode.InvalidRequest, "Unexpected broker id, expected 1, but received 77" },
        { ConfigResourceType.Broker, "abc", "message.max.bytes", ConfigOperation.Set, "1", ErrorCode.InvalidRequest, "Node id must be an integer, but it is: abc" },
        { ConfigResourceType.Broker, "1", "message.max.bytes", ConfigOperation.Set, "x", ErrorCode.InvalidRequest, "Invalid value x for configuration message.max.bytes: Not a number of type INT" },
        { ConfigResourceType.Group, "g", "x", ConfigOperation.Set, "1", ErrorCode.InvalidConfig, "Unknown group config name: x" },
        { ConfigResourceType.Group, "", "consumer.session.timeout.ms", ConfigOperation.Set, "1", ErrorCode.InvalidRequest, "Default group resources are not allowed." },
        { ConfigResourceType.Group, "g", "consumer.session.timeout.ms", ConfigOperation.Set, "5", ErrorCode.InvalidConfig, "consumer.session.timeout.ms must be greater than or equal to group.consumer.min.session.timeout.ms" },
        { (ConfigResourceType)99, "g", "x", ConfigOperation.Set, "1", ErrorCode.InvalidRequest, "Unknown resource type 99" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_wrong_change_is_refused_with_kafkas_code_and_text(
        ConfigResourceType type, string name, string key, ConfigOperation operation, string? value, ErrorCode code, string? text)
    {
        var metadata = await WithTopicAsync();
        var before = metadata.Current;

        Assert.Equal(new MetadataError(code, text), await metadata.AlterAsync(type, name, (key, operation, value)));
        Assert.Same(before, metadata.Current);
    }

    [Theory]
    [InlineData(ConfigOperation.Append, "compact", "delete,compact")]
    [InlineData(ConfigOperation.Append, "delete,compact", "delete,compact")]
    [InlineData(ConfigOperation.Subtract, "delete,nothing", "")]
    [InlineData(ConfigOperation.Set, " compact , delete", "compact,delete")]
    public async Task Lists_grow_and_shrink_from_the_value_that_counts(ConfigOperation operation, string value, string expected)
    {
        var metadata = await WithTopicAsync();

        Assert.Equal(MetadataError.None, await metadata.AlterAsync(ConfigResourceType.Topic, "t", ("cleanup.policy", operation, value)));
        Assert.Equal(expected, metadata.Current.FindTopic("t")!.Configs["cleanup.policy"]);
    }

    [Fact]
    public async Task Delete_goes_back_to_the_default_also_for_what_is_not_set_or_not_known()
    {
        var metadata = await WithTopicAsync();
        await metadata.AlterAsync(ConfigResourceType.Topic, "t", ("retention.ms", ConfigOperation.Set, "5"));

        Assert.Equal(MetadataError.None, await metadata.AlterAsync(
            ConfigResourceType.Topic, "t", ("retention.ms", ConfigOperation.Delete, null), ("segment.ms", ConfigOperation.Delete, null), ("no.such", ConfigOperation.Delete, null)));
        Assert.Empty(metadata.Current.FindTopic("t")!.Configs);
    }

    [Fact]
    public async Task Replacing_all_forgets_what_is_not_named()
    {
        var metadata = await WithTopicAsync();
        await metadata.AlterAsync(ConfigResourceType.Topic, "t", ("retention.ms", ConfigOperation.Set, "5"));

        await metadata.AlterConfigsAsync(
            [new ConfigAlteration(ConfigResourceType.Topic, "t", [new ConfigChange("segment.ms", ConfigOperation.Set, "100")], ReplaceAll: true)],
            validateOnly: false);

        Assert.Equal("segment.ms", Assert.Single(metadata.Current.FindTopic("t")!.Configs).Key);
    }

    [Fact]
    public async Task The_same_key_twice_is_refused()
    {
        var metadata = await WithTopicAsync();

        Assert.Equal(
            new MetadataError(ErrorCode.InvalidRequest, "Error due to duplicate config keys"),
            await metadata.AlterAsync(
                ConfigResourceType.Topic, "t", ("retention.ms", ConfigOperation.Set, "1"), ("retention.ms", ConfigOperation.Delete, null)));
    }

    [Fact]
    public async Task Unknown_broker_keys_may_be_set_because_plug_ins_read_them()
    {
        var metadata = await WithTopicAsync();

        Assert.Equal(MetadataError.None, await metadata.AlterAsync(ConfigResourceType.Broker, "1", ("my.own", ConfigOperation.Set, "1")));
        Assert.Equal("1", metadata.Current.ConfigsOfBroker(1)["my.own"]);
    }

    [Fact]
    public async Task A_broker_value_changes_the_configuration_at_once()
    {
        var metadata = await WithTopicAsync();

        await metadata.AlterAsync(ConfigResourceType.Broker, "", ("max.connections", ConfigOperation.Set, "17"));

        Assert.Equal(17, metadata.BrokerConfig.Network.MaxConnections);
    }

    private static async Task<ZooKeeperClusterMetadata> WithTopicAsync()
    {
        var metadata = await MetadataHarness.StartAsync(MetadataHarness.NewDisk());
        await metadata.CreateAsync(new NewTopic("t", 1, 1));
        return metadata;
    }
}

using Samsa.Broker.Configuration;
using Xunit;

namespace Samsa.UnitTests.Broker.Configuration;

public sealed class BrokerConfigTests
{
    [Fact]
    public void Embedded_defaults_serve_localhost_from_a_data_folder()
    {
        var config = BrokerConfig.Create(BrokerConfig.EmbeddedDefaults);

        Assert.Equal(0, config.BrokerId);
        Assert.Equal(["./data"], config.LogDirs);
        Assert.Equal([new ListenerEndpoint("PLAINTEXT", SecurityProtocol.Plaintext, "127.0.0.1", 9092)], config.Listeners);
        Assert.Equal(config.Listeners, config.AdvertisedListeners);
        Assert.Equal(1, config.Topics.Offsets.ReplicationFactor);
        Assert.Equal(1, config.Topics.TransactionState.ReplicationFactor);
        Assert.Equal(1, config.Topics.TransactionState.MinInSyncReplicas);
        Assert.Empty(config.Warnings);
    }

    [Fact]
    public void Without_any_value_the_defaults_are_kafkas()
    {
        var config = BrokerConfig.Create([]);

        Assert.Equal(-1, config.BrokerId);
        Assert.Equal(["/tmp/kafka-logs"], config.LogDirs);
        Assert.Equal("PLAINTEXT://:9092", Assert.Single(config.Listeners).ToString());
        Assert.Equal(104857600, config.Network.MaxRequestBytes);
        Assert.Equal(300000, config.Storage.RetentionCheckIntervalMs);
        Assert.Equal(57671680, config.Fetch.MaxBytes);
        Assert.Equal(8080, config.Http.Port);
        Assert.False(config.Storage.FlushOnAck);
        Assert.True(config.Topics.AutoCreate);
    }

    [Fact]
    public void An_unknown_key_is_a_warning_that_names_the_nearest_known_one()
    {
        var config = Create("log.retention.hour=1", "my.own.thing=2", "super.users=User:a", "listener.name.internal.ssl.client.auth=none");

        Assert.Equal(
            ["Unknown configuration key log.retention.hour; did you mean log.retention.hours?", "Unknown configuration key my.own.thing"],
            config.Warnings);
    }

    [Fact]
    public void A_wrong_value_names_key_value_and_what_is_allowed() =>
        Assert.Equal("Invalid value 0 for configuration num.partitions: Value must be at least 1", Refusal("num.partitions=0"));

    [Theory]
    [InlineData("broker.id=3", 3)]
    [InlineData("node.id=4", 4)]
    public void The_broker_id_may_be_called_node_id(string property, int id) => Assert.Equal(id, Create(property).BrokerId);

    [Fact]
    public void Two_different_ids_are_refused() =>
        Assert.Equal(
            "broker.id=1 and node.id=2 name the same thing: set one of them, or both alike", Refusal("broker.id=1", "node.id=2"));

    [Fact]
    public void Several_listeners_keep_their_names_addresses_and_order()
    {
        var config = Create(
            "listeners=internal://10.0.0.1:9093, EXTERNAL://[::1]:9092",
            "listener.security.protocol.map=INTERNAL:PLAINTEXT,EXTERNAL:PLAINTEXT",
            "advertised.listeners=EXTERNAL://kafka.example.org:443,INTERNAL://10.0.0.1:9093",
            "inter.broker.listener.name=internal");

        Assert.Equal(["INTERNAL://10.0.0.1:9093", "EXTERNAL://[::1]:9092"], config.Listeners.Select(listener => listener.ToString()));
        Assert.Equal(["EXTERNAL", "INTERNAL"], config.AdvertisedListeners.Select(listener => listener.Name));
        Assert.Equal("INTERNAL", config.InterBrokerListenerName);
    }

    [Fact]
    public void A_listener_on_all_interfaces_is_advertised_by_this_machines_name()
    {
        var advertised = Assert.Single(Create("listeners=PLAINTEXT://0.0.0.0:9092").AdvertisedListeners);

        Assert.NotEqual("0.0.0.0", advertised.Host);
        Assert.NotEqual("", advertised.Host);
    }

    [Theory]
    [InlineData("at least one listener is needed", "listeners=")]
    [InlineData("Unable to parse 'PLAINTEXT//x:1' as NAME://host:port", "listeners=PLAINTEXT//x:1")]
    [InlineData("'99999' in 'PLAINTEXT://x:99999' is not a port", "listeners=PLAINTEXT://x:99999")]
    [InlineData("is not a host name or address", "listeners=PLAINTEXT://a b:1")]
    [InlineData("No security protocol defined for listener FOO; add FOO:PLAINTEXT to listener.security.protocol.map", "listeners=FOO://x:1")]
    [InlineData("Each listener must have a different name", "listeners=PLAINTEXT://x:1,PLAINTEXT://x:2")]
    [InlineData("Each listener must have a different port", "listeners=PLAINTEXT://x:1,SSL://x:1")]
    [InlineData("Samsa serves only PLAINTEXT so far", "listeners=SASL_SSL://x:1")]
    [InlineData("0.0.0.0 is no address that a client can reach", "advertised.listeners=PLAINTEXT://0.0.0.0:9092")]
    [InlineData("SSL is not in listeners, which has PLAINTEXT", "advertised.listeners=SSL://x:9092")]
    [InlineData("'X' is not of the form NAME:PROTOCOL", "listener.security.protocol.map=X")]
    [InlineData("'X:TLS' does not end in PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL", "listener.security.protocol.map=X:TLS")]
    [InlineData("PLAINTEXT is mapped twice", "listener.security.protocol.map=PLAINTEXT:SSL,plaintext:SSL")]
    [InlineData("the listener is not in listener.security.protocol.map", "inter.broker.listener.name=OTHER")]
    [InlineData("the listener must be one of the advertised: PLAINTEXT", "inter.broker.listener.name=SSL")]
    public void Listeners_that_cannot_be_served_are_refused_with_the_reason(string reason, string property) =>
        Assert.Contains(reason, Refusal(property), StringComparison.Ordinal);

    [Fact]
    public void Both_names_of_the_inter_broker_listener_are_refused() =>
        Assert.Equal(
            "Only one of inter.broker.listener.name and security.inter.broker.protocol should be set.",
            Refusal("inter.broker.listener.name=PLAINTEXT", "security.inter.broker.protocol=PLAINTEXT"));

    [Fact]
    public void Ipv4_and_ipv6_may_share_a_port() =>
        Assert.Equal(2, Create(
            "listeners=PLAINTEXT://127.0.0.1:9092,SIX://[::1]:9092", "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SIX:PLAINTEXT").Listeners.Count);

    [Theory]
    [InlineData("log.dirs=/a,/a")]
    [InlineData("log.dirs=/a,,/b")]
    public void Log_directories_must_be_different_and_not_empty(string property) =>
        Assert.Throws<ConfigException>(() => Create(property));

    [Fact]
    public void Log_dirs_wins_over_log_dir() => Assert.Equal(["/b", "/c"], Create("log.dir=/a", "log.dirs=/b, /c").LogDirs);

    [Fact]
    public void Limits_of_single_addresses_are_read() =>
        Assert.Equal(7, Create("max.connections.per.ip.overrides=10.0.0.1:5,localhost:7").Network.MaxConnectionsPerIpOverrides["LOCALHOST"]);

    [Fact]
    public void Dynamic_values_win_own_before_default_before_file()
    {
        var config = Create("message.max.bytes=1", "log.segment.bytes=100").WithDynamic(
            new Dictionary<string, string> { ["message.max.bytes"] = "2", ["log.retention.ms"] = "5" },
            new Dictionary<string, string> { ["message.max.bytes"] = "3" });

        Assert.Equal("3", config.Values.Get("message.max.bytes"));
        Assert.Equal(ConfigSource.DynamicBroker, config.Values.SourceOf("message.max.bytes"));
        Assert.Equal(ConfigSource.DynamicDefaultBroker, config.Values.SourceOf("log.retention.ms"));
        Assert.Equal(ConfigSource.StaticBroker, config.Values.SourceOf("log.segment.bytes"));
        Assert.Equal(ConfigSource.Default, config.Values.SourceOf("num.partitions"));
    }

    internal static BrokerConfig Create(params string[] lines) => BrokerConfig.Create(PropertiesFile.Parse(string.Join('\n', lines)));

    private static string Refusal(params string[] lines) => Assert.Throws<ConfigException>(() => Create(lines)).Message;
}

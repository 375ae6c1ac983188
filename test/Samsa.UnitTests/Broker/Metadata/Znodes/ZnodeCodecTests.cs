using System.Text;
using Samsa.Broker.Configuration;
using Samsa.Broker.Metadata;
using Samsa.Broker.Metadata.Znodes;
using Samsa.Protocol;
using Xunit;

namespace Samsa.UnitTests.Broker.Metadata.Znodes;

/// <summary>The nodes as Apache Kafka 3.9.2 wrote them, to the byte, and as older versions did.</summary>
public sealed class ZnodeCodecTests
{
    private const string Broker0 =
        """{"features":{},"listener_security_protocol_map":{"PLAINTEXT":"PLAINTEXT"},"endpoints":["PLAINTEXT://127.0.0.1:49060"],"rack":"r0","jmx_port":-1,"port":49060,"host":"127.0.0.1","version":5,"timestamp":"1795220836198"}""";

    private const string Bar =
        """{"partitions":{"0":[1,0]},"topic_id":"4NC--JG7Tiu8f1uAPgOufQ","adding_replicas":{"0":[1]},"removing_replicas":{"0":[0]},"version":3}""";

    [Fact]
    public void Broker_is_written_and_read_as_version_5()
    {
        var broker = new BrokerImage(0, "r0", [new ListenerEndpoint("PLAINTEXT", SecurityProtocol.Plaintext, "127.0.0.1", 49060)], 7);

        AssertText(Broker0, BrokerZnode.Encode(broker, 1795220836198));
        var read = BrokerZnode.Decode(0, 7, Bytes(Broker0));
        Assert.Equal(broker.Endpoints, read.Endpoints);
        Assert.Equal((0, "r0", 7L), (read.Id, read.Rack, read.Epoch));
    }

    [Fact]
    public void Broker_without_rack_and_plaintext_listener_is_written_as_kafka_does()
    {
        var broker = new BrokerImage(
            3, null, [new ListenerEndpoint("OUT", SecurityProtocol.SaslSsl, "::1", 9093), new ListenerEndpoint("IN", SecurityProtocol.Ssl, "a", 2)], 1);

        var text = BrokerZnode.Encode(broker, 5);

        AssertText(
            """{"features":{},"listener_security_protocol_map":{"OUT":"SASL_SSL","IN":"SSL"},"endpoints":["OUT://[::1]:9093","IN://a:2"],"jmx_port":-1,"port":-1,"host":null,"version":5,"timestamp":"5"}""",
            text);
        Assert.Equal(broker.Endpoints, BrokerZnode.Decode(3, 1, text).Endpoints);
    }

    [Theory]
    [InlineData("""{"version":1,"host":"h","port":9,"jmx_port":9999,"timestamp":"2233345666"}""", "PLAINTEXT://h:9")]
    [InlineData("""{"jmx_port":-1,"timestamp":"1","endpoints":["SSL://h:9"],"host":null,"port":-1,"version":3,"rack":"d"}""", "SSL://h:9")]
    [InlineData("""{"listener_security_protocol_map":{"X":"SSL"},"endpoints":["X://h:9"],"host":null,"port":-1,"version":4}""", "X://h:9")]
    public void Brokers_of_older_versions_are_read(string text, string endpoint) =>
        Assert.Equal(endpoint, Assert.Single(BrokerZnode.Decode(1, 1, Bytes(text)).Endpoints).ToString());

    [Fact]
    public void Topic_is_written_and_read_as_version_3_with_its_reassignment()
    {
        var topic = new TopicZnode(KafkaUuid.Parse("4NC--JG7Tiu8f1uAPgOufQ"), [[1, 0]])
        {
            Adding = new Dictionary<int, int[]> { [0] = [1] },
            Removing = new Dictionary<int, int[]> { [0] = [0] },
        };

        AssertText(Bar, topic.Encode());
        var read = TopicZnode.Decode("bar", Bytes(Bar));
        Assert.Equal(topic.Id, read.Id);
        Assert.Equal([1, 0], Assert.Single(read.Replicas));
        AssertText(Bar, read.Encode());
    }

    [Theory]
    [InlineData("""{"version":1,"partitions":{"1":[0],"0":[1]}}""")]
    [InlineData("""{"version":2,"partitions":{"0":[1],"1":[0]},"adding_replicas":{},"removing_replicas":{}}""")]
    public void Topics_of_older_versions_are_read_without_an_id(string text)
    {
        var topic = TopicZnode.Decode("t", Bytes(text));

        Assert.Equal(Guid.Empty, topic.Id);
        Assert.Equal([1, 0], topic.Replicas.Select(replicas => replicas[0]));
        AssertText("""{"partitions":{"0":[1],"1":[0]},"adding_replicas":{},"removing_replicas":{},"version":3}""", topic.Encode());
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"version":3}""")]
    [InlineData("""{"partitions":{"1":[0]}}""")]
    [InlineData("""{"partitions":{"0":[]}}""")]
    [InlineData("""{"partitions":{"0":["x"]}}""")]
    [InlineData("""{"partitions":{"-1":[0]}}""")]
    [InlineData("""{"partitions":{"0":[99999999999]}}""")]
    [InlineData("""{"partitions":{"99999999":[0]}}""")]
    [InlineData("""{"partitions":{"0":[0]},"topic_id":"x"}""")]
    public void A_topic_that_says_something_else_is_refused_with_its_path(string text) =>
        Assert.StartsWith(
            "/brokers/topics/t: ", Assert.Throws<ZnodeFormatException>(() => TopicZnode.Decode("t", Bytes(text))).Message, StringComparison.Ordinal);

    [Fact]
    public void Partition_state_is_written_and_read()
    {
        const string Text = """{"controller_epoch":1,"leader":-1,"version":1,"leader_epoch":3,"isr":[1,0]}""";

        AssertText(Text, new PartitionStateZnode(1, -1, 3, [1, 0]).Encode());
        var state = PartitionStateZnode.Decode("/p", Bytes(Text));
        Assert.Equal((1, -1, 3), (state.ControllerEpoch, state.Leader, state.LeaderEpoch));
        Assert.Equal([1, 0], state.InSyncReplicas);
    }

    [Fact]
    public void Values_are_texts_in_the_order_of_their_names()
    {
        AssertText("""{"version":1,"config":{}}""", ConfigZnode.Encode(new Dictionary<string, string>()));
        var values = new Dictionary<string, string> { ["retention.ms"] = "3600000", ["cleanup.policy"] = "compact,delete", ["x"] = "a\"<é" };
        var bytes = ConfigZnode.Encode(values);

        AssertText("""{"version":1,"config":{"cleanup.policy":"compact,delete","retention.ms":"3600000","x":"a\"<é"}}""", bytes);
        Assert.Equal(values, ConfigZnode.Decode("/c", bytes));
        Assert.Empty(ConfigZnode.Decode("/c", null));
        Assert.Throws<ZnodeFormatException>(() => ConfigZnode.Decode("/c", Bytes("""{"version":1,"config":{"a":1}}""")));
    }

    [Fact]
    public void A_change_names_its_entity()
    {
        AssertText("""{"version":2,"entity_path":"topics/foo"}""", ConfigChangeZnode.Encode("topics/foo"));
        Assert.Equal(("brokers", "<default>"), ConfigChangeZnode.Decode("/x", Bytes("""{"version":2,"entity_path":"brokers/<default>"}""")));
        Assert.Equal(("users", "u/clients/c"), ConfigChangeZnode.Decode("/x", Bytes("""{"version":2,"entity_path":"users/u/clients/c"}""")));
        Assert.Equal(("topics", "foo"), ConfigChangeZnode.Decode("/x", Bytes("""{"version":1,"entity_type":"topics","entity_name":"foo"}""")));
        Assert.Throws<ZnodeFormatException>(() => ConfigChangeZnode.Decode("/x", Bytes("""{"version":2,"entity_path":"topics"}""")));
    }

    [Fact]
    public void The_small_ones_are_as_kafka_writes_them()
    {
        AssertText("""{"version":2,"brokerid":0,"timestamp":"1795220836300","kraftControllerEpoch":-1}""", ControllerZnode.Encode(0, 1795220836300));
        Assert.Equal(7, ControllerZnode.Decode(Bytes("""{"version":1,"brokerid":7,"timestamp":"1"}""")));
        AssertText("""{"version":"1","id":"9bv89sO9Rse1OqkbvF8S8A"}""", ClusterIdZnode.Encode("9bv89sO9Rse1OqkbvF8S8A"));
        Assert.Equal("9bv89sO9Rse1OqkbvF8S8A", ClusterIdZnode.Decode(Bytes("""{"version":"1","id":"9bv89sO9Rse1OqkbvF8S8A"}""")));
        AssertText("""{"features":{},"version":2,"status":1}""", FeatureZnode.Encode());
        AssertText("12", ControllerEpochZnode.Encode(12));
        Assert.Equal(12, ControllerEpochZnode.Decode(Bytes("12")));
        Assert.Throws<ZnodeFormatException>(() => ControllerEpochZnode.Decode(Bytes("-1")));
    }

    [Fact]
    public void Producer_ids_are_numbers_written_as_texts()
    {
        const string Text = """{"version":1,"broker":1,"block_start":"0","block_end":"999"}""";

        AssertText(Text, ProducerIdBlockZnode.Encode(1, new ProducerIdBlock(0, 1000)));
        Assert.Equal(1000, ProducerIdBlockZnode.DecodeNext(Bytes(Text)));
        Assert.Equal(0, ProducerIdBlockZnode.DecodeNext(null));
        Assert.Throws<ZnodeFormatException>(
            () => ProducerIdBlockZnode.DecodeNext(Bytes("""{"version":1,"broker":1,"block_start":"0","block_end":"9223372036854775807"}""")));
    }

    [Theory]
    [InlineData("a b/c", "a%20b%2Fc")]
    [InlineData("carol", "carol")]
    [InlineData("é*", "%C3%A9%2A")]
    [InlineData("a.b_c-d~", "a.b_c-d~")]
    public void Names_are_percent_encoded(string name, string expected)
    {
        Assert.Equal(expected, ZnodePaths.Escape(name));
        Assert.Equal(name, ZnodePaths.Unescape(expected));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static void AssertText(string expected, byte[] bytes) => Assert.Equal(expected, Encoding.UTF8.GetString(bytes));
}

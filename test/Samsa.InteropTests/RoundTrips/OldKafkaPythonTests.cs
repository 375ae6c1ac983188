using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.RoundTrips;

/// <summary>
/// kafka-python pinned to the protocols of 0.8.2 (message format 0, no timestamps), 0.9 and 0.10 (format 1), before headers and
/// before the client could ask what the broker speaks. Apache Kafka 4 refuses these; 3.9 takes them.
/// </summary>
public sealed class OldKafkaPythonTests(BrokerFixture fixture) : IClassFixture<BrokerFixture>
{
    [Theory]
    [InlineData("0.10.1", "none")]
    [InlineData("0.10.1", "gzip")]
    [InlineData("0.10.1", "snappy")]
    [InlineData("0.10.1", "lz4")]
    [InlineData("0.10", "none")]
    [InlineData("0.9", "gzip")]
    [InlineData("0.9", "snappy")]
    [InlineData("0.8.2", "none")]
    [InlineData("0.8.2", "snappy")]
    public async Task Kafka_python_with_an_old_protocol_reads_back_what_it_wrote(string version, string codec)
    {
        ClientAbilities abilities = ClientAbilities.AnyBytes | ClientAbilities.NullValues;
        if (version.StartsWith("0.10", StringComparison.Ordinal))
        {
            abilities |= ClientAbilities.Timestamps;
        }

        if (version == "0.10.1")
        {
            abilities |= ClientAbilities.TimeQueries;
        }

        await RoundTrip.RunAsync(await fixture.BrokerAsync(), Client(version, abilities), codec, $"old-{version}-{codec}");
    }

    [Theory]
    [InlineData("0.10", "gzip")]
    [InlineData("0.9", "none")]
    public async Task Kafka_python_with_an_old_protocol_reads_what_a_new_client_wrote_without_its_headers(string version, string codec)
    {
        TestBroker broker = await fixture.BrokerAsync();
        string topic = $"old-reads-new-{version}-{codec}";
        ScriptClient writer = new(
            ClientAbilities.All & ~ClientAbilities.NullHeaders, Tools.Python("kafka", "python3-kafka"), "kafka_python_client.py");
        List<TestRecord> sent = RecordSet.Create(writer.Abilities, seed: 77);
        await writer.CreateTopicAsync(broker.BootstrapServers, topic, RecordSet.Partitions);
        await writer.ProduceAsync(broker.BootstrapServers, topic, codec, sent);

        ScriptClient reader = Client(version, ClientAbilities.None);
        List<ConsumedRecord> seen = (await reader.ConsumeAsync(broker.BootstrapServers, topic, RecordQuery.All))![0];

        ClientAbilities compared = version == "0.10" ? ClientAbilities.Timestamps : ClientAbilities.None;
        RecordComparison.AssertSame(sent, seen, compared);
        Assert.All(seen, record => Assert.Empty(record.Headers));
    }

    private static ScriptClient Client(string version, ClientAbilities abilities) => new(
        abilities,
        Tools.Python("kafka", "python3-kafka"),
        "kafka_python_client.py",
        new Dictionary<string, string> { ["KAFKA_PYTHON_API_VERSION"] = version })
    {
        CanCreateTopics = version.StartsWith("0.10", StringComparison.Ordinal),
    };
}

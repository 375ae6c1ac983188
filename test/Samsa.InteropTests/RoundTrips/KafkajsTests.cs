using System.Text.Json;
using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.RoundTrips;

/// <summary>kafkajs never sends flexible versions, and consumes in groups only: kcat reads for it.</summary>
public sealed class KafkajsTests(BrokerFixture fixture) : IClassFixture<BrokerFixture>
{
    [Theory]
    [InlineData("none")]
    [InlineData("gzip")]
    public async Task Kcat_reads_back_what_kafkajs_wrote(string codec) =>
        await RoundTrip.RunAsync(await fixture.BrokerAsync(), Client(), codec, "kafkajs-" + codec);

    [Fact]
    public async Task Kafkajs_administers_a_topic_from_its_creation_to_its_end()
    {
        TestBroker broker = await fixture.BrokerAsync();
        string json = (await Client().RunAsync("admin", broker.BootstrapServers, "kafkajs-admin")).Text;
        using JsonDocument document = JsonDocument.Parse(json);
        string Seen(string name) => document.RootElement.GetProperty(name).GetRawText();

        Assert.Equal("true", Seen("created"));
        Assert.Equal("false", Seen("createdAgain"));
        Assert.Equal("true", Seen("listed"));
        Assert.Equal("[[0,true,1],[1,true,1],[2,true,1],[3,true,1]]", Seen("partitions"));
        Assert.Contains("""{"partition":0,"offset":"5","high":"5","low":"0"}""", Seen("offsets"), StringComparison.Ordinal);
        Assert.Contains("""{"partition":0,"offset":"2"}""", Seen("byTime"), StringComparison.Ordinal);
        Assert.Contains("""{"partition":0,"offset":"5","high":"5","low":"2"}""", Seen("offsetsAfterDelete"), StringComparison.Ordinal);
        Assert.Equal("""["retention.ms=7200000"]""", Seen("retention"));
        Assert.Equal("""["retention.ms=3600000"]""", Seen("retentionAltered"));
        Assert.Equal($"[\"{broker.BootstrapServers}\"]", Seen("brokers"));
        Assert.Equal("true", Seen("hasClusterId"));
        Assert.Equal("false", Seen("listedAfterDelete"));
    }

    private static ScriptClient Client() => new(
        ClientAbilities.AnyBytes | ClientAbilities.NullValues | ClientAbilities.Headers | ClientAbilities.Timestamps
            | ClientAbilities.TimeQueries,
        Tools.Node,
        "kafkajs_client.js",
        new Dictionary<string, string> { ["NODE_PATH"] = Tools.NodeModule("kafkajs") })
    {
        CanConsume = false,
    };
}

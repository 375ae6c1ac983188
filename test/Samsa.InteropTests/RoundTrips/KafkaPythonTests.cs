using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.RoundTrips;

public sealed class KafkaPythonTests(BrokerFixture fixture) : IClassFixture<BrokerFixture>
{
    [Theory]
    [InlineData("none")]
    [InlineData("gzip")]
    [InlineData("snappy")]
    [InlineData("lz4")]
    [InlineData("zstd")]
    public async Task Kafka_python_reads_back_what_it_wrote(string codec)
    {
        ScriptClient client = new(
            ClientAbilities.All & ~ClientAbilities.NullHeaders, Tools.Python("kafka", "python3-kafka"), "kafka_python_client.py");
        await RoundTrip.RunAsync(await fixture.BrokerAsync(), client, codec, "kafka-python-" + codec);
    }
}

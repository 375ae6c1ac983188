using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.RoundTrips;

public sealed class ConfluentPythonTests(BrokerFixture fixture) : IClassFixture<BrokerFixture>
{
    [Theory]
    [InlineData("none")]
    [InlineData("gzip")]
    [InlineData("snappy")]
    [InlineData("lz4")]
    [InlineData("zstd")]
    public async Task Confluent_kafka_python_reads_back_what_it_wrote(string codec)
    {
        // Version 1.7 loses a reference to None for each null header, until Python falls.
        ScriptClient client = new(
            ClientAbilities.All & ~ClientAbilities.NullHeaders,
            Tools.Python("confluent_kafka", "python3-confluent-kafka"),
            "confluent_python_client.py");
        await RoundTrip.RunAsync(await fixture.BrokerAsync(), client, codec, "confluent-python-" + codec);
    }
}

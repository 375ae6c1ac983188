using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.RoundTrips;

/// <summary>kafka-go 0.2.1 of 2019 writes Produce v2 with the message format before record batches, and reads with Fetch v2.</summary>
public sealed class KafkaGoTests(BrokerFixture fixture) : IClassFixture<BrokerFixture>
{
    [Theory]
    [InlineData("none")]
    [InlineData("gzip")]
    [InlineData("snappy")]
    [InlineData("lz4")]
    public async Task Kafka_go_of_2019_reads_back_what_it_wrote(string codec)
    {
        using TemporaryDirectory directory = new();
        await Tools.BuildKafkaGoClientAsync(directory.File("kafka-go-client"));
        ScriptClient client = new(
            ClientAbilities.AnyBytes | ClientAbilities.Timestamps | ClientAbilities.TimeQueries, directory.File("kafka-go-client"));
        await RoundTrip.RunAsync(await fixture.BrokerAsync(), client, codec, "kafka-go-" + codec);
    }
}

using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.RoundTrips;

public sealed class KcatTests(BrokerFixture fixture) : IClassFixture<BrokerFixture>
{
    [Theory]
    [InlineData("none")]
    [InlineData("gzip")]
    [InlineData("snappy")]
    [InlineData("lz4")]
    [InlineData("zstd")]
    public async Task Kcat_reads_back_what_it_wrote(string codec)
    {
        KcatClient client = new();
        await RoundTrip.RunAsync(await fixture.BrokerAsync(), client, codec, "kcat-" + codec);
    }
}

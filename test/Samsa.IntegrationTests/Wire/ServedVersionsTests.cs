using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;
using Xunit;

namespace Samsa.IntegrationTests.Wire;

/// <summary>What ApiVersions announces is really served, version by version.</summary>
public sealed class ServedVersionsTests(WireBroker broker) : IClassFixture<WireBroker>
{
    public static TheoryData<short> Versions => WireVersions.Of(ApiKey.ApiVersions);

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Every_version_of_ApiVersions_answers_the_same_table(short version)
    {
        broker.Require(ApiKey.ApiVersions, version);
        using var client = await broker.ConnectAsync();
        var request = new ApiVersionsRequest { ClientSoftwareName = "wire", ClientSoftwareVersion = "1" };

        var response = await client.SendAsync<ApiVersionsResponse>(request, version);

        Assert.Equal(ErrorCode.None, response.ErrorCode);
        Assert.NotEmpty(response.ApiKeys);
        if (broker.IsSamsa)
        {
            Assert.Equal(
                broker.Samsa.Server!.Broker.Apis.Entries.Select(entry => ((short)entry.Key, entry.MinVersion, entry.MaxVersion)),
                response.ApiKeys.Select(api => (api.ApiKey, api.MinVersion, api.MaxVersion)));
        }
    }

    [Fact]
    public async Task An_ApiVersions_request_from_the_future_is_answered_in_version_0()
    {
        using var client = await broker.ConnectAsync();

        await client.PostFrameAsync(new byte[] { 0, 18, 0, 99, 0, 0, 0, 1, 0xff, 0xff, 0, 0x55 });

        var frame = await client.ReceiveFrameAsync();
        Assert.NotNull(frame);
        var reader = new WireReader(frame);
        Assert.Equal(1, reader.ReadInt32());
        var response = new ApiVersionsResponse();
        response.Read(ref reader, 0);
        Assert.Equal(ErrorCode.UnsupportedVersion, response.ErrorCode);
        Assert.Contains((short)ApiKey.ApiVersions, response.ApiKeys.Select(api => api.ApiKey));
    }

    [Fact]
    public async Task An_empty_request_of_every_served_version_is_answered_in_that_version()
    {
        foreach (var entry in broker.Samsa.Server!.Broker.Apis.Entries)
        {
            var api = MessageRegistry.Api(entry.Key)!;
            for (var version = entry.MinVersion; version <= entry.MaxVersion; version++)
            {
                using var client = await broker.ConnectAsync();
                var id = await client.PostAsync(Minimal(api), version);
                var frame = await client.ReceiveFrameAsync();
                Assert.True(frame is not null, $"{api.Name} v{version} closed the connection.");
                AssertDecodes(api, version, id, frame);
            }
        }
    }

    [Fact]
    public async Task The_version_after_the_last_closes_the_connection()
    {
        foreach (var entry in broker.Samsa.Server!.Broker.Apis.Entries.Where(entry => entry.Key != ApiKey.ApiVersions))
        {
            using var client = await broker.ConnectAsync();
            await client.PostFrameAsync(new byte[] { 0, (byte)entry.Key, 0, (byte)(entry.MaxVersion + 1), 0, 0, 0, 1, 0xff, 0xff, 0, 0, 0, 0, 0, 0 });
            await client.ExpectCloseAsync();
        }
    }

    private static IMessage Minimal(ApiDescriptor api)
    {
        var request = api.Request.Create();
        if (request is ProduceRequest produce)
            produce.Acks = -1;
        return request;
    }

    private static void AssertDecodes(ApiDescriptor api, short version, int id, byte[] frame)
    {
        var reader = new WireReader(frame);
        Assert.Equal(id, reader.ReadInt32());
        if (MessageRegistry.ResponseHeaderVersion(api.Key, version) > 0)
            Assert.Null(TaggedFields.Read(ref reader));
        api.Response.Create().Read(ref reader, version);
        Assert.True(reader.Remaining == 0, $"{api.Name} v{version} left {reader.Remaining} bytes.");
    }
}

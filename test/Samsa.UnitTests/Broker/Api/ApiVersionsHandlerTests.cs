using Samsa.Broker.Api;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Xunit;

namespace Samsa.UnitTests.Broker.Api;

public sealed class ApiVersionsHandlerTests
{
    private readonly ConnectionInfo _connection = new() { Id = 1, ListenerName = "PLAINTEXT" };
    private readonly ApiVersionsHandler _handler;

    public ApiVersionsHandlerTests()
    {
        var table = new ApiTable();
        _handler = new ApiVersionsHandler(table, "cluster", 7);
        table.Add<ApiVersionsRequest>(ApiKey.ApiVersions, 0, short.MaxValue, _handler.HandleAsync);
        table.Add<HeartbeatRequest>(ApiKey.Heartbeat, 1, 3, (_, _) => default);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Every_version_lists_what_is_served_by_ascending_key(short version)
    {
        var answer = await AskAsync(version, new ApiVersionsRequest { ClientSoftwareName = "kcat", ClientSoftwareVersion = "1.7.1" });
        Assert.Equal(ErrorCode.None, answer.ErrorCode);
        Assert.Equal(
            [((short)12, (short)1, (short)3), ((short)18, (short)0, MessageRegistry.Request(ApiKey.ApiVersions)!.HighestVersion)],
            answer.ApiKeys.Select(k => (k.ApiKey, k.MinVersion, k.MaxVersion)));
        Assert.Equal(0, answer.FinalizedFeaturesEpoch);
        Assert.Equal(version >= 3 ? "kcat" : null, _connection.ClientSoftwareName);
    }

    [Theory]
    [InlineData("", "1")]
    [InlineData("a", "")]
    [InlineData("-a", "1")]
    [InlineData("a-", "1")]
    [InlineData("a b", "1")]
    [InlineData("a", "1.0_2")]
    [InlineData("é", "1")]
    public async Task A_bad_software_name_is_an_invalid_request(string name, string version)
    {
        var answer = await AskAsync(3, new ApiVersionsRequest { ClientSoftwareName = name, ClientSoftwareVersion = version });
        Assert.Equal(ErrorCode.InvalidRequest, answer.ErrorCode);
        Assert.Empty(answer.ApiKeys);
        Assert.Null(_connection.ClientSoftwareName);
    }

    [Theory]
    [InlineData(null, -1, ErrorCode.None)]
    [InlineData(null, 3, ErrorCode.None)]
    [InlineData("cluster", 7, ErrorCode.None)]
    [InlineData("cluster", 8, ErrorCode.RebootstrapRequired)]
    [InlineData("other", 7, ErrorCode.RebootstrapRequired)]
    public async Task A_client_that_means_another_broker_is_told_to_bootstrap_again(string? cluster, int node, ErrorCode expected)
    {
        var request = new ApiVersionsRequest { ClientSoftwareName = "a", ClientSoftwareVersion = "1", ClusterId = cluster, NodeId = node };
        Assert.Equal(expected, (await AskAsync(5, request)).ErrorCode);
    }

    private async Task<ApiVersionsResponse> AskAsync(short version, ApiVersionsRequest request)
    {
        var header = new RequestHeader { RequestApiKey = (short)ApiKey.ApiVersions, RequestApiVersion = version };
        return (ApiVersionsResponse)(await _handler.HandleAsync(new RequestContext(_connection, header), request))!;
    }
}

using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Xunit;

namespace Samsa.UnitTests.Protocol;

public sealed class MessageRegistryTests
{
    [Fact]
    public void Every_api_has_a_request_and_a_response_of_the_same_versions()
    {
        Assert.True(MessageRegistry.Apis.Count > 80);
        foreach (var api in MessageRegistry.Apis)
        {
            Assert.Same(api, MessageRegistry.Api(api.Key));
            Assert.Equal((short)api.Key, api.Request.Key);
            Assert.Equal((MessageKind.Request, MessageKind.Response), (api.Request.Kind, api.Response.Kind));
            Assert.Equal((api.Request.LowestVersion, api.Request.HighestVersion), (api.Response.LowestVersion, api.Response.HighestVersion));
        }

        Assert.Null(MessageRegistry.Api((ApiKey)(-1)));
        Assert.Null(MessageRegistry.Request((ApiKey)9999));
        Assert.Equal("OffsetCommitKey", MessageRegistry.Find(MessageKind.GroupKey, 1)?.Name);
    }

    [Theory]
    [InlineData(ApiKey.Produce, 8, 1, 0)]
    [InlineData(ApiKey.Produce, 9, 2, 1)]
    [InlineData(ApiKey.ApiVersions, 2, 1, 0)]
    [InlineData(ApiKey.ApiVersions, 3, 2, 0)]
    [InlineData(ApiKey.ControlledShutdown, 0, 0, 0)]
    [InlineData(ApiKey.ControlledShutdown, 1, 1, 0)]
    [InlineData(ApiKey.ControlledShutdown, 3, 2, 1)]
    [InlineData(ApiKey.SaslHandshake, 1, 1, 0)]
    [InlineData(ApiKey.DescribeCluster, 0, 2, 1)]
    public void Header_versions_follow_the_version_of_the_message(ApiKey key, short version, short request, short response)
    {
        Assert.Equal(request, MessageRegistry.RequestHeaderVersion(key, version));
        Assert.Equal(response, MessageRegistry.ResponseHeaderVersion(key, version));
    }

    [Fact]
    public void Error_codes_have_Kafkas_numbers_names_and_advice()
    {
        Assert.Equal(-1, (short)ErrorCode.UnknownServerError);
        Assert.Equal(0, (short)ErrorCode.None);
        Assert.Equal(3, (short)ErrorCode.UnknownTopicOrPartition);
        Assert.Equal("UNKNOWN_TOPIC_OR_PARTITION", ErrorCode.UnknownTopicOrPartition.Name());
        Assert.True(ErrorCode.NotLeaderOrFollower.IsRetriable());
        Assert.True(ErrorCode.NotLeaderOrFollower.RefreshesMetadata());
        Assert.False(ErrorCode.TopicAuthorizationFailed.IsRetriable());
        Assert.Equal("31000", ((ErrorCode)31000).Name());
        Assert.False(((ErrorCode)31000).IsRetriable());
        Assert.Equal(138, ErrorCodes.All.Length);
        for (var i = 0; i < ErrorCodes.All.Length; i++)
        {
            Assert.Equal(i - 1, (short)ErrorCodes.All[i]);
            Assert.NotEmpty(ErrorCodes.All[i].Description());
        }
    }
}

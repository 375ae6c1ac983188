using Samsa.Broker.Api;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Xunit;

namespace Samsa.UnitTests.Broker.Api;

public sealed class FindCoordinatorHandlerTests
{
    [Theory]
    [InlineData(0, 0, ErrorCode.CoordinatorNotAvailable)]
    [InlineData(3, 1, ErrorCode.CoordinatorNotAvailable)]
    [InlineData(3, 9, ErrorCode.InvalidRequest)]
    [InlineData(4, 0, ErrorCode.CoordinatorNotAvailable)]
    [InlineData(5, 2, ErrorCode.InvalidRequest)]
    [InlineData(6, 2, ErrorCode.CoordinatorNotAvailable)]
    [InlineData(6, -1, ErrorCode.InvalidRequest)]
    public async Task Every_key_is_told_that_there_is_no_coordinator(short version, sbyte type, ErrorCode expected)
    {
        var header = new RequestHeader { RequestApiKey = (short)ApiKey.FindCoordinator, RequestApiVersion = version };
        var context = new RequestContext(new ConnectionInfo { Id = 1, ListenerName = "PLAINTEXT" }, header);
        var request = new FindCoordinatorRequest { Key = "g", KeyType = type, CoordinatorKeys = version >= 4 ? ["g", "h"] : [] };

        var answer = (FindCoordinatorResponse)(await FindCoordinatorHandler.HandleAsync(context, request))!;

        if (version < 4)
        {
            Assert.Equal((expected, -1, "", -1), (answer.ErrorCode, answer.NodeId, answer.Host, answer.Port));
        }
        else
        {
            Assert.Equal([("g", expected, -1), ("h", expected, -1)], answer.Coordinators.Select(c => (c.Key, c.ErrorCode, c.NodeId)));
        }
    }
}

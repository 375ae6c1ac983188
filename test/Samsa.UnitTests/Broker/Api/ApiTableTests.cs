using Samsa.Broker.Api;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Xunit;

namespace Samsa.UnitTests.Broker.Api;

public sealed class ApiTableTests
{
    [Fact]
    public void A_range_is_narrowed_to_the_versions_of_the_registry()
    {
        var table = new ApiTable().Add<HeartbeatRequest>(ApiKey.Heartbeat, 0, short.MaxValue, Nothing);
        var entry = table.Find((short)ApiKey.Heartbeat)!;
        var registered = MessageRegistry.Request(ApiKey.Heartbeat)!;
        Assert.Equal((registered.LowestVersion, registered.HighestVersion), (entry.MinVersion, entry.MaxVersion));
        Assert.True(entry.Serves(entry.MaxVersion));
        Assert.False(entry.Serves((short)(entry.MaxVersion + 1)));
        Assert.False(entry.Serves(-1));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_unstable_version_is_served_only_when_asked_for(bool unstable)
    {
        var registered = MessageRegistry.Request(ApiKey.InitProducerId)!;
        Assert.True(registered.LatestVersionUnstable);
        var table = new ApiTable(unstable).Add<InitProducerIdRequest>(ApiKey.InitProducerId, 0, short.MaxValue, Nothing);
        Assert.Equal(unstable ? registered.HighestVersion : registered.HighestVersion - 1, table.Find((short)ApiKey.InitProducerId)!.MaxVersion);
    }

    [Fact]
    public void A_key_can_be_added_once()
    {
        var table = new ApiTable().Add<HeartbeatRequest>(ApiKey.Heartbeat, 0, 1, Nothing);
        Assert.Throws<ArgumentException>(() => table.Add<HeartbeatRequest>(ApiKey.Heartbeat, 2, 3, Nothing));
    }

    [Fact]
    public void A_range_without_versions_is_refused() =>
        Assert.Throws<ArgumentException>(() => new ApiTable().Add<HeartbeatRequest>(ApiKey.Heartbeat, 1000, 1001, Nothing));

    [Theory]
    [InlineData(-1)]
    [InlineData(short.MinValue)]
    [InlineData(short.MaxValue)]
    [InlineData(0)]
    public void Keys_that_are_not_served_are_not_found(short key) =>
        Assert.Null(new ApiTable().Add<HeartbeatRequest>(ApiKey.Heartbeat, 0, 1, Nothing).Find(key));

    private static ValueTask<IMessage?> Nothing<T>(RequestContext context, T request) => default;
}

using System.Net;
using Samsa.Broker.Network;
using Xunit;

namespace Samsa.UnitTests.Broker.Network;

public sealed class ConnectionLimitsTests
{
    private static readonly IPAddress One = IPAddress.Parse("10.0.0.1");
    private static readonly IPAddress Two = IPAddress.Parse("10.0.0.2");

    private readonly ManualTime _time = new();

    [Fact]
    public void An_address_has_at_most_its_limit_and_an_override_wins()
    {
        var limits = new ConnectionLimits(
            new SocketServerOptions { MaxConnectionsPerIp = 1, MaxConnectionsPerIpOverrides = new Dictionary<IPAddress, int> { [Two] = 0 } }, _time);
        Assert.True(limits.TryAdd(One, out _));
        Assert.False(limits.TryAdd(One, out var limit));
        Assert.Equal(1, limit);
        Assert.False(limits.TryAdd(Two, out limit));
        Assert.Equal(0, limit);
        limits.Remove(One);
        Assert.True(limits.TryAdd(One, out _));
        Assert.Equal(1, limits.Open);
    }

    [Fact]
    public async Task At_the_total_accepting_waits_for_a_connection_to_close()
    {
        var limits = new ConnectionLimits(new SocketServerOptions { MaxConnections = 2 }, _time);
        limits.TryAdd(One, out _);
        limits.TryAdd(One, out _);
        var wait = limits.WaitForRoomAsync(CancellationToken.None).AsTask();
        Assert.False(wait.IsCompleted);
        limits.Remove(One);
        await wait.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Raising_the_total_lets_those_who_wait_go_on()
    {
        var limits = new ConnectionLimits(new SocketServerOptions { MaxConnections = 1 }, _time);
        limits.TryAdd(One, out _);
        var wait = limits.WaitForRoomAsync(CancellationToken.None).AsTask();
        limits.Change(new SocketServerOptions { MaxConnections = 2, MaxConnectionsPerIp = 1 });
        await wait.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.False(limits.TryAdd(One, out _));
    }

    [Fact]
    public async Task The_creation_rate_lets_a_second_pass_at_once_and_paces_the_rest()
    {
        var limits = new ConnectionLimits(new SocketServerOptions { MaxConnectionCreationRate = 4 }, _time);
        for (var i = 0; i < 4; i++)
        {
            Assert.True(limits.WaitForRoomAsync(CancellationToken.None).AsTask().IsCompleted);
        }

        for (var i = 0; i < 3; i++)
        {
            var wait = limits.WaitForRoomAsync(CancellationToken.None).AsTask();
            _time.Advance(TimeSpan.FromMilliseconds(240));
            Assert.False(wait.IsCompleted);
            _time.Advance(TimeSpan.FromMilliseconds(10));
            await wait.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }
}

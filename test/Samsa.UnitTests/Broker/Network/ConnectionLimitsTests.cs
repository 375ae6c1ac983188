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
        Assert.Equal(ConnectionVerdict.Welcome, limits.TryAdd(One, out _));
        Assert.Equal(ConnectionVerdict.AddressIsFull, limits.TryAdd(One, out var limit));
        Assert.Equal(1, limit);
        Assert.Equal(ConnectionVerdict.AddressIsFull, limits.TryAdd(Two, out limit));
        Assert.Equal(0, limit);
        limits.Remove(One);
        Assert.Equal(ConnectionVerdict.Welcome, limits.TryAdd(One, out _));
        Assert.Equal(1, limits.Open);
    }

    [Fact]
    public async Task At_the_total_accepting_waits_for_a_connection_to_close()
    {
        var limits = new ConnectionLimits(new SocketServerOptions { MaxConnections = 2 }, _time);
        limits.TryAdd(One, out _);
        limits.TryAdd(One, out _);
        Assert.Equal(ConnectionVerdict.NoRoom, limits.TryAdd(Two, out _));
        var wait = limits.WaitForRoomAsync(CancellationToken.None).AsTask();
        Assert.False(wait.IsCompleted);
        limits.Remove(One);
        await wait.WaitAsync(TimeSpan.FromSeconds(120));
    }

    [Fact]
    public async Task Raising_the_total_lets_those_who_wait_go_on()
    {
        var limits = new ConnectionLimits(new SocketServerOptions { MaxConnections = 1 }, _time);
        limits.TryAdd(One, out _);
        var wait = limits.WaitForRoomAsync(CancellationToken.None).AsTask();
        limits.Change(new SocketServerOptions { MaxConnections = 2, MaxConnectionsPerIp = 1 });
        await wait.WaitAsync(TimeSpan.FromSeconds(120));
        Assert.Equal(ConnectionVerdict.AddressIsFull, limits.TryAdd(One, out _));
    }

    // Apache Kafka 4.3 lets 55 connections pass at once with a rate of 5: quota.window.num windows of a second.
    [Fact]
    public async Task The_creation_rate_lets_eleven_seconds_worth_pass_at_once_and_paces_the_rest()
    {
        var limits = new ConnectionLimits(new SocketServerOptions { MaxConnectionCreationRate = 4 }, _time);
        for (var i = 0; i < 44; i++)
        {
            Assert.True(limits.WaitForRateAsync(CancellationToken.None).AsTask().IsCompleted);
        }

        for (var i = 0; i < 3; i++)
        {
            var wait = limits.WaitForRateAsync(CancellationToken.None).AsTask();
            _time.Advance(TimeSpan.FromMilliseconds(240));
            Assert.False(wait.IsCompleted);
            _time.Advance(TimeSpan.FromMilliseconds(10));
            await wait.WaitAsync(TimeSpan.FromSeconds(120));
        }
    }

    [Fact]
    public async Task A_raised_creation_rate_counts_for_those_who_wait_already()
    {
        var limits = new ConnectionLimits(new SocketServerOptions { MaxConnectionCreationRate = 0 }, _time);
        var wait = limits.WaitForRateAsync(CancellationToken.None).AsTask();
        _time.Advance(TimeSpan.FromHours(1));
        Assert.False(wait.IsCompleted);
        limits.Change(new SocketServerOptions { MaxConnectionCreationRate = 1 });
        await wait.WaitAsync(TimeSpan.FromSeconds(120));
    }
}

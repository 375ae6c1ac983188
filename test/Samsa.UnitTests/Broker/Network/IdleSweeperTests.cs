using Samsa.Broker.Network;
using Xunit;

namespace Samsa.UnitTests.Broker.Network;

/// <summary>Which connections are closed because nothing moved on them.</summary>
public sealed class IdleSweeperTests
{
    [Fact]
    public void A_connection_that_is_still_closing_at_the_next_look_expires_once()
    {
        using var idle = new ConnectionHarness();
        var time = new ManualTimeProvider();
        var sweeper = new IdleSweeper(TimeSpan.FromSeconds(60), time);
        Assert.Empty(sweeper.Sweep([idle.Connection]));
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.Empty(sweeper.Sweep([idle.Connection]));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([idle.Connection], sweeper.Sweep([idle.Connection]));

        time.Advance(TimeSpan.FromSeconds(15));
        Assert.Empty(sweeper.Sweep([idle.Connection]));
    }
}

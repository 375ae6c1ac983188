using Samsa.Broker.Api;
using Samsa.Broker.Network;
using Xunit;

namespace Samsa.UnitTests.Broker.Network;

public sealed class ConnectionLogTests
{
    [Fact]
    public void What_peers_provoke_is_limited_to_five_lines_a_second_and_the_rest_is_counted()
    {
        var logger = new ListLogger();
        var time = new ManualTime();
        var log = new ConnectionLog(logger, time);
        var connection = new ConnectionInfo { Id = 3, ListenerName = "PLAINTEXT" };
        for (var i = 0; i < 100; i++)
        {
            log.PeerBrokeProtocol(connection, "nonsense");
        }

        Assert.Equal(5, logger.Lines.Count);
        time.Advance(TimeSpan.FromSeconds(1));
        log.PeerBrokeProtocol(connection, "nonsense");
        Assert.Equal(6, logger.Lines.Count);
        Assert.Contains("95 like lines were left out", logger.Lines[5].Text, StringComparison.Ordinal);
    }
}

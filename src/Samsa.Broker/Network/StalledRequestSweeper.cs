namespace Samsa.Broker.Network;

/// <summary>
/// Finds the connections whose incomplete request holds memory for which others wait: a peer that announces a request and does
/// not send it must not stop the others for ever.
/// Owns what it saw last of each connection; one timer enters; lives as long as the server; never fails.
/// </summary>
/// <remarks>docs/decisions/0012 says why. Looking now and then keeps the clock off the path of requests.</remarks>
internal sealed class StalledRequestSweeper(RequestMemory memory, TimeSpan grace, TimeProvider time)
{
    private Dictionary<BrokerConnection, (long Frame, long Since)> _seen = [];

    /// <summary>How often <see cref="Sweep"/> should run.</summary>
    public TimeSpan Interval { get; } = TimeSpan.FromMilliseconds(Math.Max(grace.TotalMilliseconds / 4, 10));

    /// <summary>Looks at the open connections and returns those to close: none while nobody waits for memory.</summary>
    public List<BrokerConnection> Sweep(IEnumerable<BrokerConnection> open)
    {
        var now = time.GetTimestamp();
        var wanted = memory.HasWaiters;
        var stalled = new List<BrokerConnection>();
        var seen = new Dictionary<BrokerConnection, (long Frame, long Since)>();
        foreach (var connection in open)
        {
            var frame = connection.IncompleteFrame;
            if (frame == 0)
            {
                continue;
            }

            var since = _seen.TryGetValue(connection, out var last) && last.Frame == frame ? last.Since : now;
            seen[connection] = (frame, since);
            if (wanted && time.GetElapsedTime(since, now) >= grace)
            {
                stalled.Add(connection);
            }
        }

        _seen = seen;
        return stalled;
    }
}

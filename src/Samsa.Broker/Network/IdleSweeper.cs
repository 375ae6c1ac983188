namespace Samsa.Broker.Network;

/// <summary>
/// <c>connections.max.idle.ms</c>: finds connections on which no byte has moved for that long.
/// Owns what it saw last of each connection; one timer enters; lives as long as the server; never fails.
/// </summary>
/// <remarks>Looking now and then keeps the clock off the path of requests; a connection lives a quarter longer at most.</remarks>
internal sealed class IdleSweeper(TimeSpan maxIdle, TimeProvider time)
{
    private readonly Dictionary<BrokerConnection, (long BytesMoved, long Since, bool IsExpired)> _seen = [];
    private readonly List<BrokerConnection> _gone = [];

    /// <summary>How often <see cref="Sweep"/> should run.</summary>
    public TimeSpan Interval { get; } = TimeSpan.FromMilliseconds(Math.Clamp(maxIdle.TotalMilliseconds / 4, 10, 30_000));

    /// <summary>Looks at the open connections and returns those to close.</summary>
    public List<BrokerConnection> Sweep(IEnumerable<BrokerConnection> open)
    {
        var now = time.GetTimestamp();
        var expired = new List<BrokerConnection>();
        _gone.Clear();
        _gone.AddRange(_seen.Keys);
        var still = new HashSet<BrokerConnection>();
        foreach (var connection in open)
        {
            still.Add(connection);
            var moved = connection.BytesMoved;
            if (!_seen.TryGetValue(connection, out var last) || last.BytesMoved != moved)
            {
                _seen[connection] = (moved, now, false);
            }
            else if (!last.IsExpired && time.GetElapsedTime(last.Since, now) >= maxIdle)
            {
                // Once: it may still be open at the next look.
                _seen[connection] = last with { IsExpired = true };
                expired.Add(connection);
            }
        }

        foreach (var connection in _gone)
        {
            if (!still.Contains(connection))
            {
                _seen.Remove(connection);
            }
        }

        return expired;
    }
}

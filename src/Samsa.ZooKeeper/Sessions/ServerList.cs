using Samsa.ZooKeeper.Transport;

namespace Samsa.ZooKeeper.Sessions;

/// <summary>
/// Says which server is tried next: all in turn, in an order that differs from client to client. One thread. After each round in
/// which all failed there is a wait, which doubles.
/// </summary>
internal sealed class ServerList
{
    private const int LargestShift = 20;

    private readonly ServerAddress[] _servers;
    private readonly TimeSpan _first;
    private readonly TimeSpan _longest;
    private readonly Random _random;
    private int _next;
    private int _failed;

    internal ServerList(IReadOnlyList<ServerAddress> servers, TimeSpan firstWait, TimeSpan longestWait, Random random)
    {
        _servers = [.. servers];
        (_first, _longest, _random) = (firstWait, longestWait, random);
        random.Shuffle(_servers);
    }

    internal int Count => _servers.Length;

    /// <summary>True when every server failed since the last one that worked, the same number of times.</summary>
    internal bool IsRoundOver => _failed > 0 && _failed % _servers.Length == 0;

    internal ServerAddress Next()
    {
        var server = _servers[_next];
        _next = (_next + 1) % _servers.Length;
        return server;
    }

    internal void Failed() => _failed++;

    internal void Worked() => _failed = 0;

    /// <summary>How long to wait before the next attempt: after a round, between half of the doubled wait and all of it.</summary>
    internal TimeSpan Wait()
    {
        if (!IsRoundOver)
        {
            return TimeSpan.Zero;
        }

        var doubled = _first.TotalMilliseconds * (1L << Math.Min((_failed / _servers.Length) - 1, LargestShift));
        return TimeSpan.FromMilliseconds(Math.Min(doubled, _longest.TotalMilliseconds) * (0.5 + (_random.NextDouble() / 2)));
    }

    /// <summary>How long to wait after a connection that worked is lost: clients of one server do not all come at once.</summary>
    internal TimeSpan WaitAfterLoss() => TimeSpan.FromMilliseconds(_first.TotalMilliseconds * _random.NextDouble());
}

namespace Samsa.ZooKeeper.Server.Network;

/// <summary>Counts what went over the connections. Any thread; nothing allocates.</summary>
internal sealed class ServerStatistics
{
    private long _received;
    private long _sent;
    private long _answers;
    private long _totalLatency;
    private long _minLatency = long.MaxValue;
    private long _maxLatency;

    internal long Received => Interlocked.Read(ref _received);

    internal long Sent => Interlocked.Read(ref _sent);

    /// <summary>The shortest time between a request and its answer, in ms.</summary>
    internal long MinLatency => Interlocked.Read(ref _minLatency) is var value && value == long.MaxValue ? 0 : value;

    /// <summary>The longest one.</summary>
    internal long MaxLatency => Interlocked.Read(ref _maxLatency);

    /// <summary>The mean.</summary>
    internal double AverageLatency =>
        Interlocked.Read(ref _answers) is var answers && answers == 0 ? 0 : (double)Interlocked.Read(ref _totalLatency) / answers;

    internal void CountReceived() => Interlocked.Increment(ref _received);

    internal void CountSent() => Interlocked.Increment(ref _sent);

    internal void CountAnswer(long latency)
    {
        Interlocked.Increment(ref _answers);
        Interlocked.Add(ref _totalLatency, latency);
        Lower(ref _minLatency, latency);
        Raise(ref _maxLatency, latency);
    }

    internal void Reset()
    {
        Interlocked.Exchange(ref _received, 0);
        Interlocked.Exchange(ref _sent, 0);
        Interlocked.Exchange(ref _answers, 0);
        Interlocked.Exchange(ref _totalLatency, 0);
        Interlocked.Exchange(ref _minLatency, long.MaxValue);
        Interlocked.Exchange(ref _maxLatency, 0);
    }

    private static void Lower(ref long target, long value)
    {
        for (var seen = Interlocked.Read(ref target); value < seen;)
        {
            var before = Interlocked.CompareExchange(ref target, value, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }

    private static void Raise(ref long target, long value)
    {
        for (var seen = Interlocked.Read(ref target); value > seen;)
        {
            var before = Interlocked.CompareExchange(ref target, value, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }
}

namespace Samsa.ZooKeeper.Server.Network;

/// <summary>Counts what went over the connections. Any thread; nothing allocates.</summary>
internal sealed class ServerStatistics
{
    private long _received;
    private long _receivedBytes;
    private long _sent;
    private long _sentBytes;
    private long _lastSize = -1;
    private long _minSize = long.MaxValue;
    private long _maxSize = -1;
    private long _connects;
    private long _drops;
    private long _authFailures;
    private long _answers;
    private long _totalLatency;
    private long _minLatency = long.MaxValue;
    private long _maxLatency;

    internal long Received => Interlocked.Read(ref _received);

    internal long Sent => Interlocked.Read(ref _sent);

    internal long ReceivedBytes => Interlocked.Read(ref _receivedBytes);

    internal long SentBytes => Interlocked.Read(ref _sentBytes);

    /// <summary>The size in bytes of the last answer or event, -1 before the first.</summary>
    internal long LastSize => Interlocked.Read(ref _lastSize);

    /// <summary>The smallest one.</summary>
    internal long MinSize => Interlocked.Read(ref _minSize) is var value && value == long.MaxValue ? -1 : value;

    /// <summary>The largest one.</summary>
    internal long MaxSize => Interlocked.Read(ref _maxSize);

    /// <summary>Requests for a session, new or old.</summary>
    internal long Connects => Interlocked.Read(ref _connects);

    /// <summary>Connections that ended.</summary>
    internal long Drops => Interlocked.Read(ref _drops);

    internal long AuthFailures => Interlocked.Read(ref _authFailures);

    /// <summary>The shortest time between a request and its answer, in ms.</summary>
    internal long MinLatency => Interlocked.Read(ref _minLatency) is var value && value == long.MaxValue ? 0 : value;

    /// <summary>The longest one.</summary>
    internal long MaxLatency => Interlocked.Read(ref _maxLatency);

    /// <summary>The mean.</summary>
    internal double AverageLatency =>
        Interlocked.Read(ref _answers) is var answers && answers == 0 ? 0 : (double)Interlocked.Read(ref _totalLatency) / answers;

    internal void CountReceived(int bytes)
    {
        Interlocked.Increment(ref _received);
        Interlocked.Add(ref _receivedBytes, bytes);
    }

    /// <summary>A frame is sent, or a word is answered.</summary>
    internal void CountSent() => Interlocked.Increment(ref _sent);

    /// <summary>The size of an answer or event that is sent, without its length.</summary>
    internal void CountSize(int bytes)
    {
        Interlocked.Add(ref _sentBytes, bytes);
        Interlocked.Exchange(ref _lastSize, bytes);
        Lower(ref _minSize, bytes);
        Raise(ref _maxSize, bytes);
    }

    internal void CountConnect() => Interlocked.Increment(ref _connects);

    internal void CountDrop() => Interlocked.Increment(ref _drops);

    internal void CountAuthFailure() => Interlocked.Increment(ref _authFailures);

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

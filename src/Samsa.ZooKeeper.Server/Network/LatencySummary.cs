namespace Samsa.ZooKeeper.Server.Network;

/// <summary>The latencies of one connection's answers, in ms. Whoever counts holds the connection's lock; readers may see a moment between.</summary>
internal sealed class LatencySummary
{
    private long _sum;
    private long _count;

    internal long Last { get; private set; }

    internal long Least { get; private set; }

    internal long Most { get; private set; }

    internal long Average => _count == 0 ? 0 : _sum / _count;

    internal void Add(long latency)
    {
        Last = latency;
        Least = _count == 0 ? latency : Math.Min(Least, latency);
        Most = Math.Max(Most, latency);
        _sum += latency;
        _count++;
    }

    internal void Reset() => (_sum, _count, Last, Least, Most) = (0, 0, 0, 0, 0);
}

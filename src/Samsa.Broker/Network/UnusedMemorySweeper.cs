using Samsa.Protocol;

namespace Samsa.Broker.Network;

/// <summary>
/// Gives back what large requests and answers took, when they are over.
/// Owns what it saw last; one timer enters; lives as long as the server; never fails.
/// </summary>
/// <remarks>
/// The runtime collects when memory is asked for. A broker that has served records of 100 MB and then small ones asks for little: it
/// would hold hundreds of MB for hours.
/// </remarks>
internal sealed class UnusedMemorySweeper(FrameBuffers frames)
{
    // Less than this is not worth a collection of its own.
    private const long WorthACollection = 32 << 20;

    private long _collected = Buffers.Dropped;
    private long _last = Buffers.Dropped;

    /// <summary>How often <see cref="Sweep"/> should run.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Trims the buffers. Collects when large arrays were left to the collector, none since the last call, and it has not come by
    /// itself. Returns true when it did.
    /// </summary>
    public bool Sweep()
    {
        var dropped = Buffers.Dropped;
        var quiet = dropped == _last;
        frames.Trim();
        _last = Buffers.Dropped;
        if (dropped == _collected || !quiet)
        {
            return false;
        }

        var worthIt = dropped - _collected >= WorthACollection && !Buffers.AreCollected;
        if (worthIt)
        {
            // Only this mode gives the memory of large arrays back to the system at once. What lives is small beside it.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }

        if (worthIt || Buffers.AreCollected)
        {
            _collected = dropped;
        }

        return worthIt;
    }
}

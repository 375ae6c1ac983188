using Microsoft.Extensions.Logging;

namespace Samsa.ZooKeeper.Server.Network;

/// <summary>
/// Which steps are logged at level Trace: the word <c>gtmk</c> tells the mask, <c>stmk</c> sets it. The bits are Apache ZooKeeper's; those
/// of steps that this server does not have (other servers, JMX) change nothing. Any thread.
/// </summary>
internal sealed class TraceMask(ILogger logger)
{
    internal const long ClientRequests = 1 << 1;
    internal const long ClientPings = 1 << 3;
    internal const long Sessions = 1 << 5;
    internal const long Events = 1 << 6;

    // Apache ZooKeeper's: requests, packets of servers, sessions, warnings.
    private long _value = ClientRequests | (1 << 4) | Sessions | (1 << 8);

    internal long Value
    {
        get => Interlocked.Read(ref _value);
        set => Interlocked.Exchange(ref _value, value);
    }

    /// <summary>Whether to write a line about such a step.</summary>
    internal bool Covers(long step) => logger.IsEnabled(LogLevel.Trace) && (Value & step) != 0;
}

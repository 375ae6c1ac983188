using Microsoft.Extensions.Logging;
using Samsa.ZooKeeper.Transport;

namespace Samsa.ZooKeeper;

/// <summary>The log lines of the client. Ids are stable.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(7101, LogLevel.Warning, "Session 0x{Session:x} has no connection to {Server}: {Reason}")]
    internal static partial void NotConnected(ILogger logger, long session, ServerAddress server, string reason);

    [LoggerMessage(7102, LogLevel.Information, "Session 0x{Session:x} is connected to {Server}, with a time-out of {Timeout} ms.")]
    internal static partial void Connected(ILogger logger, long session, ServerAddress server, long timeout);

    [LoggerMessage(7103, LogLevel.Warning, "Session 0x{Session:x} is over; its ephemeral nodes and watches are gone.")]
    internal static partial void Expired(ILogger logger, long session);

    [LoggerMessage(7104, LogLevel.Error, "A watcher failed on {Event}; the others were told.")]
    internal static partial void WatcherFailed(ILogger logger, object @event, Exception failure);

    [LoggerMessage(7105, LogLevel.Error, "The servers do not accept an identity of the scheme {Scheme}; the client ends.")]
    internal static partial void AuthFailed(ILogger logger, string scheme);
}

using Microsoft.Extensions.Logging;

namespace Samsa.ZooKeeper.Server;

/// <summary>The log lines of the server. Ids are stable.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(7001, LogLevel.Critical, "The transaction log in {Directory} cannot be written; the server ends.")]
    internal static partial void LogFailed(ILogger logger, string directory, Exception failure);

    [LoggerMessage(7002, LogLevel.Error, "A snapshot in {Directory} could not be written; the log has everything.")]
    internal static partial void SnapshotFailed(ILogger logger, string directory, Exception failure);

    // With every start: a generated method of these types would be compiled with every start too.
    internal static void Serving(ILogger logger, int nodes, object endPoint, long snapshot, long replayed, long torn)
    {
        if (logger.IsEnabled(LogLevel.Information))
        {
            logger.LogInformation(
                new EventId(7003, nameof(Serving)),
                "Serving {Nodes} nodes on {EndPoint} (snapshot 0x{Snapshot:x}, {Replayed} transactions replayed, {Torn} torn bytes cut).",
                nodes,
                endPoint,
                snapshot,
                replayed,
                torn);
        }
    }

    [LoggerMessage(7004, LogLevel.Debug, "The connection of {Client} ended: {Reason}")]
    internal static partial void ConnectionEnded(ILogger logger, object? client, string reason);

    [LoggerMessage(7005, LogLevel.Error, "The connection of {Client} ended by an error of the server.")]
    internal static partial void ConnectionBroke(ILogger logger, object? client, Exception failure);

    [LoggerMessage(7006, LogLevel.Warning, "Refused a connection of {Client}: {Reason}")]
    internal static partial void ConnectionRefused(ILogger logger, object? client, string reason);

    [LoggerMessage(7007, LogLevel.Information, "Purged {Files} old snapshots and logs.")]
    internal static partial void Purged(ILogger logger, int files);

    [LoggerMessage(7008, LogLevel.Warning, "Old snapshots and logs could not be purged; the next round tries again.")]
    internal static partial void PurgeFailed(ILogger logger, Exception failure);

    [LoggerMessage(7009, LogLevel.Warning, "{Path} is over its soft quota: {Count} nodes of {CountLimit}, {Bytes} bytes of {BytesLimit} (-1 is no limit).")]
    internal static partial void SoftQuotaPassed(ILogger logger, string path, long count, long countLimit, long bytes, long bytesLimit);

    [LoggerMessage(7010, LogLevel.Warning, "The key {Key} of the configuration is not known here and is left out.")]
    internal static partial void IgnoredKey(ILogger logger, string key);

    [LoggerMessage(7011, LogLevel.Information, "{What} answers on http://{EndPoint}{Path}.")]
    internal static partial void ServingHttp(ILogger logger, string what, object endPoint, string path);

    [LoggerMessage(7012, LogLevel.Trace, "Session 0x{SessionId:x} of {Client} asks {Operation} (xid {Xid}, {Bytes} bytes).")]
    internal static partial void Asked(ILogger logger, long sessionId, object client, OpCode operation, int xid, int bytes);

    [LoggerMessage(7013, LogLevel.Trace, "{Client} has session 0x{SessionId:x} with a time-out of {Timeout} ms (0 is none).")]
    internal static partial void SessionGiven(ILogger logger, object client, long sessionId, int timeout);

    [LoggerMessage(7014, LogLevel.Trace, "Session 0x{SessionId:x} of {Client} is told {Type} of {Path}.")]
    internal static partial void Told(ILogger logger, long sessionId, object client, WatchEventType type, string path);
}

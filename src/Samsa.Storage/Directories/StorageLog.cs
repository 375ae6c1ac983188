using Microsoft.Extensions.Logging;
using Samsa.Protocol;

namespace Samsa.Storage.Directories;

/// <summary>What the log directories report. The numbers 2000 to 2099 are theirs.</summary>
internal static partial class StorageLog
{
    [LoggerMessage(2000, LogLevel.Information, "Opening {Count} logs in {Directory} ({Kind}).")]
    internal static partial void Opening(ILogger logger, int count, string directory, string kind);

    [LoggerMessage(2001, LogLevel.Information, "Opened {Done} of {Count} logs in {Directory}.")]
    internal static partial void Progress(ILogger logger, int done, int count, string directory);

    [LoggerMessage(2002, LogLevel.Information, "All {Count} logs of {Directories} log directories are open after {Milliseconds} ms.")]
    internal static partial void Opened(ILogger logger, int count, int directories, long milliseconds);

    [LoggerMessage(2003, LogLevel.Error, "Log directory {Directory} goes offline with {Count} logs: {Reason}")]
    internal static partial void DirectoryOffline(ILogger logger, string directory, int count, string reason, Exception cause);

    [LoggerMessage(2004, LogLevel.Critical, "All log directories are offline; the broker cannot go on.")]
    internal static partial void AllOffline(ILogger logger);

    [LoggerMessage(2005, LogLevel.Warning, "The checkpoint {Path} counts as empty: {Reason}")]
    internal static partial void CheckpointIgnored(ILogger logger, string path, string reason);

    [LoggerMessage(2006, LogLevel.Debug, "Log {Partition} is created in {Directory}.")]
    internal static partial void Created(ILogger logger, TopicPartition partition, string directory);

    [LoggerMessage(2007, LogLevel.Warning, "The log {Partition} on disk belongs to a topic that is gone; it is kept as {Path}. Delete that when it is not needed.")]
    internal static partial void Stray(ILogger logger, TopicPartition partition, string path);

    [LoggerMessage(2008, LogLevel.Debug, "Ignoring {Path}: it is no partition directory.")]
    internal static partial void UnknownEntry(ILogger logger, string path);

    [LoggerMessage(2009, LogLevel.Warning, "Ignoring {Path}: replicas that were moving between log directories are not continued.")]
    internal static partial void FutureIgnored(ILogger logger, string path);

    [LoggerMessage(2010, LogLevel.Warning, "Ignoring {Path}: it is the log of a topic that is gone; delete it when it is not needed.")]
    internal static partial void StrayIgnored(ILogger logger, string path);

    [LoggerMessage(2011, LogLevel.Error, "Background work of storage failed: {Work}")]
    internal static partial void WorkFailed(ILogger logger, string work, Exception failure);

    [LoggerMessage(2012, LogLevel.Information, "Closed {Count} logs of {Directory}.")]
    internal static partial void Closed(ILogger logger, int count, string directory);

    [LoggerMessage(2013, LogLevel.Error, "Log directory {Directory} was not closed cleanly; the next start recovers it: {Reason}")]
    internal static partial void NotClosedCleanly(ILogger logger, string directory, string reason, Exception cause);
}

namespace Samsa.ZooKeeper;

/// <summary>A request that failed, with the code of the failure and the path that it was about.</summary>
public sealed class KeeperException : Exception
{
    /// <summary>Creates the exception for a code and the path that the request named, if any.</summary>
    public KeeperException(KeeperError error, string? path = null) : base(MessageOf(error, path)) => (Error, Path) = (error, path);

    /// <summary>Creates the exception with a sentence of its own.</summary>
    public KeeperException(string message) : base(message) => Error = KeeperError.SystemError;

    /// <summary>Creates the exception with a sentence of its own and the cause beneath it.</summary>
    public KeeperException(string message, Exception innerException) : base(message, innerException) => Error = KeeperError.SystemError;

    /// <summary>Creates the exception without a cause.</summary>
    public KeeperException() => Error = KeeperError.SystemError;

    /// <summary>Why it failed.</summary>
    public KeeperError Error { get; }

    /// <summary>The node that the request was about, without the chroot.</summary>
    public string? Path { get; }

    private static string MessageOf(KeeperError error, string? path)
    {
        // The words of ZooKeeper's own tools, which people search for.
        var text = error switch
        {
            KeeperError.NotEmpty => "Directory not empty",
            KeeperError.SessionExpired => "Session expired",
            KeeperError.InvalidCallback => "Invalid callback",
            KeeperError.InvalidAcl => "InvalidACL",
            KeeperError.SessionMoved => "Session moved",
            KeeperError.NotReadOnly => "Not a read-only call",
            KeeperError.EphemeralOnLocalSession => "Ephemeral node on local session",
            KeeperError.NoWatcher => "No such watcher",
            KeeperError.ReconfigDisabled => "Reconfig is disabled",
            KeeperError.SessionClosedRequireSaslAuth => "Session closed because client failed to authenticate",
            KeeperError.QuotaExceeded => "Quota has exceeded",
            KeeperError.ThrottledOp => "Op throttled due to high load",
            _ => error.ToString(),
        };
        return path is null ? $"KeeperErrorCode = {text}" : $"KeeperErrorCode = {text} for {path}";
    }
}

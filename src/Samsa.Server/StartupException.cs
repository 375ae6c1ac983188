namespace Samsa.Server;

/// <summary>
/// The server cannot start for a reason that its user can remove: a port in use, a locked directory. The message names what
/// was wrong and what would be right; no stack trace is needed to understand it.
/// </summary>
public sealed class StartupException : Exception
{
    /// <summary>A reason in one line.</summary>
    public StartupException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

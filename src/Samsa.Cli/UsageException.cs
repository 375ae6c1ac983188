namespace Samsa.Cli;

/// <summary>A command line that cannot be understood. The message is one line that says what would be right.</summary>
internal sealed class UsageException : Exception
{
    /// <summary>A reason in one line.</summary>
    public UsageException(string message)
        : base(message)
    {
    }
}

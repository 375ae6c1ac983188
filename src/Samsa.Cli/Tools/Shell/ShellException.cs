namespace Samsa.Cli.Tools.Shell;

/// <summary>A command of the shell failed. The message is a line on standard error; the shell goes on.</summary>
/// <param name="message">What happened; null where it has been said already.</param>
/// <param name="exitCode">What the process ends with if this was the last command.</param>
internal sealed class ShellException(string? message, int exitCode = ToolException.Failure) : Exception(message)
{
    /// <summary>What Apache's shell ends with after a word that is no command.</summary>
    public const int NotFound = 127;

    /// <summary>What the process ends with if this was the last command.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>True when there is a line to print.</summary>
    public bool HasMessage { get; } = message is not null;
}

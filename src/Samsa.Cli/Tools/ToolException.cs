namespace Samsa.Cli.Tools;

/// <summary>A tool cannot go on. The message is printed as one line on standard error.</summary>
/// <param name="message">What happened, in one line.</param>
/// <param name="exitCode">What the process ends with.</param>
/// <param name="showOptions">Prints the option table after the message, as Kafka's tools do for many mistakes in their arguments.</param>
internal sealed class ToolException(string message, int exitCode = ToolException.Failure, bool showOptions = false) : Exception(message)
{
    /// <summary>What Kafka's tools end with after almost every mistake.</summary>
    public const int Failure = 1;

    /// <summary>What the process ends with.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>True when the option table belongs to the message.</summary>
    public bool ShowOptions { get; } = showOptions;
}

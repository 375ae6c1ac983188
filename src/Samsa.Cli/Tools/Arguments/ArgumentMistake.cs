namespace Samsa.Cli.Tools.Arguments;

/// <summary>A command line that is refused: the usage of the command is printed, then the message.</summary>
internal sealed class ArgumentMistake(ArgumentSet owner, string message) : Exception(message)
{
    /// <summary>The command whose usage is printed.</summary>
    public ArgumentSet Owner { get; } = owner;
}

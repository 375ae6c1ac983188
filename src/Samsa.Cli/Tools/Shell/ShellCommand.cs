namespace Samsa.Cli.Tools.Shell;

/// <summary>A command of the shell.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Usage">What follows the name, in the words of Apache's shell.</param>
/// <param name="LeastArguments">How many arguments it needs.</param>
/// <param name="Run">Does it.</param>
internal sealed record ShellCommand(string Name, string Usage, int LeastArguments, Func<ShellSession, ShellCall, Task> Run)
{
    /// <summary>Options without a value.</summary>
    public string[] Flags { get; init; } = [];

    /// <summary>Options with one.</summary>
    public string[] Values { get; init; } = [];

    /// <summary>It can be done without a connection.</summary>
    public bool IsLocal { get; init; }
}

namespace Samsa.Cli;

/// <summary>One tool of the <c>samsa</c> executable: one class, one file.</summary>
internal interface ICommand
{
    /// <summary>The word after <c>samsa</c>.</summary>
    string Name { get; }

    /// <summary>What it does, in one line for the overview.</summary>
    string Summary { get; }

    /// <summary>The text of <c>samsa NAME --help</c>.</summary>
    string Help { get; }

    /// <summary>Runs it.</summary>
    /// <param name="arguments">What follows the name.</param>
    /// <returns>The exit code of the process.</returns>
    /// <exception cref="UsageException">The arguments are wrong.</exception>
    Task<int> RunAsync(ReadOnlyMemory<string> arguments);
}

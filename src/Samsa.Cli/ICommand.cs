using Samsa.Cli.Tools;

namespace Samsa.Cli;

/// <summary>One tool of the <c>samsa</c> executable: one class, one file, one line in <see cref="CommandTable"/>.</summary>
internal interface ICommand
{
    /// <summary>Runs it. Options such as <c>--help</c> are its own business.</summary>
    /// <param name="arguments">What follows the name.</param>
    /// <param name="console">Where it reads and writes.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <returns>The exit code of the process.</returns>
    /// <exception cref="UsageException">The arguments are wrong.</exception>
    Task<int> RunAsync(ReadOnlyMemory<string> arguments, ToolConsole console, CancellationToken cancellation);
}

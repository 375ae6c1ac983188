using Samsa.Cli.Tools.Arguments;

namespace Samsa.Cli.Tools;

/// <summary>
/// A tool with commands and usage lines, as Kafka's newer ones are: declares its arguments in its constructor, works with what the
/// command line says. Help goes to standard output; a mistake is the usage and a message on standard error, and exit code 1.
/// </summary>
internal abstract class ArgumentTool(ArgumentSet? arguments = null) : ICommand
{
    private ArgumentSet? _arguments = arguments;

    /// <summary>What the tool declares.</summary>
    protected ArgumentSet Arguments => _arguments!;

    /// <summary>What <c>--help</c> ends with: 1 in most of Kafka's tools, 0 in some.</summary>
    protected virtual int HelpExitCode => 1;

    /// <summary>A command line without anything is a request for help, and ends with 0.</summary>
    protected virtual bool IsHelpfulWhenBare => false;

    /// <summary>The release whose output is to be matched.</summary>
    protected KafkaRelease Release { get; private set; }

    /// <summary>Runs the tool.</summary>
    /// <returns>The exit code of the process.</returns>
    public async Task<int> RunAsync(ReadOnlyMemory<string> arguments, ToolConsole console, CancellationToken cancellation)
    {
        try
        {
            Release = KafkaReleases.Parse(console.Like);
            _arguments = DeclareFor(Release);
            bool isBare = arguments.Length == 0 && IsHelpfulWhenBare;
            ArgumentSet helpFor = Arguments;
            var parsed = isBare ? null : ArgumentParser.Parse(Arguments, arguments.Span, out helpFor);
            if (parsed is null)
            {
                await console.Output.WriteAsync(ArgumentHelp.Page(helpFor));
                return isBare ? 0 : HelpExitCode;
            }

            return await ToolSignals.RunAsync(token => RunAsync(parsed, console, token), cancellation);
        }
        catch (ArgumentMistake e)
        {
            console.Error(ArgumentHelp.Mistake(e).TrimEnd('\n'));
            return ToolException.Failure;
        }
        catch (Options.OptionException e)
        {
            console.Error(e.Message);
            return ToolException.Failure;
        }
        catch (ToolException e)
        {
            console.Error(e.Message);
            if (e.ShowOptions)
                console.Error(ArgumentHelp.Usage(Arguments).TrimEnd('\n'));
            return e.ExitCode;
        }
    }

    /// <summary>What the tool declares where a release is followed; for tools whose usage lines differ.</summary>
    protected virtual ArgumentSet DeclareFor(KafkaRelease release) =>
        _arguments ?? throw new InvalidOperationException("A tool declares its arguments once, or for each release.");

    /// <summary>Does the work.</summary>
    /// <returns>The exit code of the process, unless a signal ended the work.</returns>
    /// <exception cref="ToolException">It cannot be done.</exception>
    protected abstract Task<int> RunAsync(ParsedArguments arguments, ToolConsole console, CancellationToken cancellation);
}

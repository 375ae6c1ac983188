using Samsa.Cli.Tools.Clusters;
using Samsa.Cli.Tools.Options;

namespace Samsa.Cli.Tools;

/// <summary>
/// A tool with Kafka's usual options: declares them in its constructor, works with what the command line says. Help goes to
/// standard error and ends with 1, the version to standard output with 0, as in Kafka; a mistake is one line on standard error, with
/// the option table where Kafka prints it, and never a stack trace.
/// </summary>
internal abstract class OptionTool : ICommand
{
    private readonly Option _help;
    private readonly Option _version;

    protected OptionTool()
    {
        _help = Options.Flag("help", "Print usage information.");
        _version = Options.Flag("version", "Display Kafka version.");
    }

    /// <summary>Where the tool declares its options.</summary>
    protected OptionSet Options { get; } = new();

    /// <summary>The line above the option table of <c>--help</c>.</summary>
    protected abstract string Purpose { get; }

    /// <summary>Whether the option table follows a message about an option that is unknown or lacks its argument.</summary>
    protected virtual bool ShowsOptionsWithMistakes => false;

    /// <summary>What stands above the option table where there is no argument at all.</summary>
    protected virtual string WithoutArguments => Purpose;

    /// <summary>The release whose output is to be matched.</summary>
    protected KafkaRelease Release { get; private set; }

    /// <summary>Runs the tool.</summary>
    /// <returns>The exit code of the process.</returns>
    public async Task<int> RunAsync(ReadOnlyMemory<string> arguments, ToolConsole console, CancellationToken cancellation)
    {
        ParsedOptions? parsed = null;
        try
        {
            Release = KafkaReleases.Parse(console.Like);
            arguments = Prepare(arguments, console);
            arguments = await ZooKeeperOption.ResolveAsync(Options, arguments, cancellation);
            parsed = OptionParser.Parse(Options, arguments.Span);
            if (arguments.Length == 0 || parsed.Has(_help))
                throw new ToolException(arguments.Length == 0 ? WithoutArguments : Purpose, showOptions: true);
            if (parsed.Has(_version))
            {
                await console.Output.WriteLineAsync($"{Release.VersionText()} (Samsa {SamsaVersion.Text})");
                return 0;
            }

            return await ToolSignals.RunAsync(token => RunAsync(parsed, console, token), cancellation);
        }
        catch (OptionException e)
        {
            console.Error(e.Message);
            if (ShowsOptionsWithMistakes && parsed is null)
                console.Error(Usage());
            return ToolException.Failure;
        }
        catch (ToolException e)
        {
            console.Error(e.Message);
            if (e.ShowOptions)
                console.Error(Usage());
            return e.ExitCode;
        }
    }

    /// <summary>Turns a command line that is no list of options into one; for tools that have such an older way.</summary>
    /// <exception cref="ToolException">It is neither.</exception>
    protected virtual ReadOnlyMemory<string> Prepare(ReadOnlyMemory<string> arguments, ToolConsole console) => arguments;

    /// <summary>Does the work.</summary>
    /// <returns>The exit code of the process, unless a signal ended the work.</returns>
    /// <exception cref="ToolException">It cannot be done.</exception>
    /// <exception cref="OptionException">An option has a wrong value.</exception>
    protected abstract Task<int> RunAsync(ParsedOptions options, ToolConsole console, CancellationToken cancellation);

    /// <summary>Refuses a command line that lacks one of the options, as Kafka's tools do.</summary>
    /// <exception cref="ToolException">One is missing; the option table follows.</exception>
    protected static void Require(ParsedOptions options, params ReadOnlySpan<Option> required)
    {
        foreach (var option in required)
        {
            if (!options.Has(option))
                throw new ToolException($"Missing required argument \"[{option.Label}]\"", showOptions: true);
        }
    }

    private string Usage()
    {
        var later = Options.All.Where(o => Release < o.Since || Release > o.Until).Select(o => "--" + o.Names[^1]).ToList();
        string table = OptionTable.Format(Options, Release).TrimEnd('\n');
        return later.Count == 0 ? table : $"{table}\nFrom other releases of Kafka this tool also takes: {string.Join(' ', later)}";
    }
}

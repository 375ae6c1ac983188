using System.Text.RegularExpressions;
using Samsa.Cli.Tools.Clusters;
using Samsa.Cli.Tools.Options;
using Samsa.Client;
using Samsa.Client.Admin;

namespace Samsa.Cli.Tools.ConsumerGroups;

/// <summary>
/// <c>kafka-consumer-groups</c>: lists, describes and deletes groups, and resets or deletes their offsets. As in Kafka, most failures are told on
/// standard output and leave the exit code at 0.
/// </summary>
internal sealed class ConsumerGroupsTool : AdminTool
{
    private readonly ConsumerGroupsOptions _declared;

    public ConsumerGroupsTool() => _declared = new ConsumerGroupsOptions(Options);

    protected override string Purpose =>
        "This tool helps to list all consumer groups, describe a consumer group, delete consumer group info, or reset consumer group offsets.";

    protected override Option<string> BootstrapServer => _declared.BootstrapServer;

    protected override Option<string> CommandConfig => _declared.CommandConfig;

    protected override async Task<int> RunAsync(ParsedOptions options, ToolConsole console, CancellationToken cancellation)
    {
        _declared.Check(options, Release, console.Error);
        try
        {
            if (options.Value(_declared.ValidateRegex) is { } pattern)
                await console.Output.WriteLineAsync(Judge(pattern));
            else
                await RunCommandAsync(options, console, cancellation);
        }
        catch (OptionException e)
        {
            await FailAsync(console, e.Message);
        }
        catch (GroupCommandException e)
        {
            await FailAsync(console, e.Message);
        }
        catch (KafkaException e)
        {
            await FailAsync(console, GroupCommandException.Of(e).Message);
        }

        return 0;
    }

    private async Task RunCommandAsync(ParsedOptions options, ToolConsole console, CancellationToken cancellation)
    {
        KafkaAdmin admin;
        try
        {
            admin = await ConnectAsync(options, console, options.Value(BootstrapServer)!, cancellation, Limit(options.Value(_declared.Timeout)));
        }
        catch (ToolException e)
        {
            throw new GroupCommandException(e.Message);
        }

        await using (admin)
        {
            bool isVerbose = options.Has(_declared.Verbose);
            if (options.Has(_declared.List))
            {
                var states = GroupFilters.States(options.Value(_declared.State), Release);
                var types = GroupFilters.Types(options.Value(_declared.Type));
                var groups = await GroupList.AskAsync(admin, states, types, cancellation);
                GroupList.Print(groups, options.Has(_declared.Type), options.Has(_declared.State), console.Output);
            }
            else if (options.Has(_declared.Describe))
            {
                var describer = new GroupDescriber(admin, console, Release, cancellation);
                var groups = await GroupsAsync(admin, options, cancellation);
                await (options.Has(_declared.Members) ? describer.MembersAsync(groups, isVerbose)
                    : options.Has(_declared.State) ? describer.StatesAsync(groups, isVerbose)
                    : describer.OffsetsAsync(groups, isVerbose));
            }
            else if (options.Has(_declared.ResetOffsets))
            {
                await new OffsetReset(admin, _declared, options, console, Release, cancellation).RunAsync(await GroupsAsync(admin, options, cancellation));
            }
            else
            {
                var removal = new GroupRemoval(admin, console.Output, Release, cancellation);
                await (options.Has(_declared.Delete)
                    ? removal.GroupsAsync(await GroupsAsync(admin, options, cancellation))
                    : removal.OffsetsAsync(options.Value(_declared.Group)!, options.Values(_declared.Topic)));
            }
        }
    }

    // Every question to the cluster may take so long.
    private static Action<AdminOptions> Limit(long milliseconds) => settings =>
    {
        var limit = TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 1, int.MaxValue));
        settings.DefaultApiTimeout = limit;
        if (settings.RequestTimeout > limit)
            settings.RequestTimeout = limit;
    };

    private async Task<IReadOnlyList<string>> GroupsAsync(KafkaAdmin admin, ParsedOptions options, CancellationToken cancellation) =>
        options.Has(_declared.AllGroups)
            ? [.. (await GroupList.AskAsync(admin, [], [], cancellation)).Select(g => g.GroupId)]
            : ConsumerGroupsOptions.Names(options.Values(_declared.Group));

    private static string Judge(string pattern)
    {
        try
        {
            _ = new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
            return $"The regular expression `{pattern}` is valid.";
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return $"The regular expression `{pattern}` is invalid: {e.Message}";
        }
    }

    // Kafka says it on standard output and prints a stack trace to standard error.
    private static async Task FailAsync(ToolConsole console, string message)
    {
        await console.Output.WriteLineAsync("\nError: Executing consumer group command failed due to " + message);
        console.Error("ERROR " + message.ReplaceLineEndings(" "));
    }
}

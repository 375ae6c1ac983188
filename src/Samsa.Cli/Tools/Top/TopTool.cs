using Samsa.Cli.Tools.Clusters;
using Samsa.Cli.Tools.Options;
using Samsa.Client;

namespace Samsa.Cli.Tools.Top;

/// <summary>
/// <c>samsa top</c>, which Kafka does not have: what topics receive, live. On a terminal a table that is drawn anew, otherwise one after the
/// other as plain text. Everything comes from questions that any Kafka since 1.0 answers, so it works with other brokers too.
/// </summary>
internal sealed class TopTool : AdminTool
{
    private const int LeastIntervalMs = 100;

    private readonly Option<string> _topic;
    private readonly Option<int> _interval;
    private readonly Option _partitions;
    private readonly Option _once;
    private readonly Option _plain;
    private readonly Option _excludeInternal;

    public TopTool()
    {
        BootstrapServer = Options.Text("bootstrap-server", "HOST1:PORT1,...,HOST3:PORT3", "REQUIRED. The brokers to start from.", required: true);
        CommandConfig = Options.Text("command-config", "config file", "A file with settings of the admin client.");
        _topic = Options.Text("topic", "topic", "A regular expression for the topics, all without it.");
        _excludeInternal = Options.Flag("exclude-internal-topics", "Leaves out the topics that the cluster made for itself.");
        _partitions = Options.Flag("partitions", "A line for each partition instead of one for each topic.");
        _interval = Options.Integer("interval", "ms", $"How often to look, in milliseconds, {LeastIntervalMs} at least.", 1000);
        _once = Options.Flag("once", "Looks twice, an interval apart, prints plain text and ends.");
        _plain = Options.Flag("plain", "Plain text also on a terminal.");
    }

    protected override string Purpose => "This tool shows what topics receive, live: records and bytes per second, sizes and leaders.";

    protected override Option<string> BootstrapServer { get; }

    protected override Option<string> CommandConfig { get; }

    protected override async Task<int> RunAsync(ParsedOptions options, ToolConsole console, CancellationToken cancellation)
    {
        int interval = options.Value(_interval);
        if (interval < LeastIntervalMs)
            throw new ToolException($"--interval must be {LeastIntervalMs} at least");
        string servers = options.Value(BootstrapServer)!;
        var filter = options.Value(_topic) is { } pattern ? new TopicFilter(pattern) : null;
        bool byPartition = options.Has(_partitions);
        await using var admin = await ConnectAsync(options, console, servers, cancellation);
        var watch = new TopWatch(new TopReader(admin, filter, options.Has(_excludeInternal), TimeProvider.System), TimeSpan.FromMilliseconds(interval), byPartition, TimeProvider.System);
        try
        {
            // Whoever typed the wrong address wants to hear it instead of seeing an empty table.
            await watch.LookAsync(cancellation);
            if (options.Has(_once))
            {
                await watch.WaitAsync(cancellation);
                await TopText.WriteAsync(console.Output, await watch.LookAsync(cancellation), byPartition);
            }
            else if (console.IsOutputTerminal && !options.Has(_plain))
            {
                await TopScreen.OfProcess(servers, byPartition).RunAsync(watch, cancellation);
            }
            else
            {
                await PrintAsync(watch, console, byPartition, cancellation);
            }

            return 0;
        }
        catch (KafkaException e)
        {
            throw new ToolException($"ERROR {KafkaWords.Message(e.ErrorCode)}: {e.Message}");
        }
    }

    private static async Task PrintAsync(TopWatch watch, ToolConsole console, bool byPartition, CancellationToken cancellation)
    {
        while (!console.IsOutputClosed)
        {
            await watch.WaitAsync(cancellation);
            var view = await watch.TryLookAsync(cancellation);
            if (view.Problem is { } problem)
            {
                console.Error("WARN " + problem);
                continue;
            }

            await TopText.WriteAsync(console.Output, view, byPartition);
            await console.Output.WriteLineAsync();
            await console.FlushAsync();
        }
    }
}

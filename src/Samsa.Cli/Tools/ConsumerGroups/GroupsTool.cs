using Samsa.Cli.Tools.Clusters;
using Samsa.Cli.Tools.Options;
using Samsa.Client;
using Samsa.Client.Admin;

namespace Samsa.Cli.Tools.ConsumerGroups;

/// <summary><c>kafka-groups</c> of Kafka 4: lists groups of every kind.</summary>
internal sealed class GroupsTool : AdminTool
{
    private readonly Option _list;
    private readonly Option _consumer;
    private readonly Option _share;
    private readonly Option _streams;
    private readonly Option<string> _type;
    private readonly Option<string> _protocol;

    public GroupsTool()
    {
        BootstrapServer = Options.Text(
            "bootstrap-server", "server to connect to", "REQUIRED: The brokers to start from, host:port, separated by commas.", required: true);
        CommandConfig = Options.Text("command-config", "command config property file", "A file with settings of the admin client.");
        _list = Options.Flag("list", "Lists the groups.");
        _type = Options.Text("group-type", "type", "Only groups of this type: classic, consumer, share or streams.");
        _protocol = Options.Text("protocol", "protocol", "Only groups with this protocol, such as consumer.");
        _consumer = Options.Flag("consumer", "Only groups of consumers, classic ones too.");
        _share = Options.Flag("share", "Only share groups.");
        _streams = Options.Flag("streams", "Only streams groups.");
    }

    protected override string Purpose => "This tool helps to list groups of all types.";

    protected override Option<string> BootstrapServer { get; }

    protected override Option<string> CommandConfig { get; }

    protected override bool ShowsOptionsWithMistakes => true;

    protected override async Task<int> RunAsync(ParsedOptions options, ToolConsole console, CancellationToken cancellation)
    {
        if (!options.Has(_list))
            throw new ToolException("Command must include exactly one action: --list.", showOptions: true);
        Exclude(_consumer, _share, _streams, _type, _protocol);
        Exclude(_share, _consumer, _streams, _type, _protocol);
        Exclude(_streams, _consumer, _share, _type, _protocol);
        GroupType[] types = options.Value(_type) is { } name ? [TypeOf(name)]
            : options.Has(_share) ? [GroupType.Share]
            : options.Has(_streams) ? [GroupType.Streams]
            : options.Has(_consumer) ? [GroupType.Classic, GroupType.Consumer]
            : [];
        string[]? protocols = options.Value(_protocol) is { } protocol ? [protocol] : options.Has(_consumer) ? ["", "consumer"] : null;
        try
        {
            await using var admin = await ConnectAsync(options, console, options.Value(BootstrapServer)!, cancellation);
            var listed = await admin.ListGroupsAsync(types: types, cancellation: cancellation);
            var groups = JavaHashOrder.Of([.. listed.Where(g => protocols is null || protocols.Contains(g.ProtocolType))], g => g.GroupId).ToList();
            int width = TextColumns.Fit(20, groups.Select(g => g.GroupId));
            var columns = new TextColumns(width, width, width);
            await console.Output.WriteLineAsync(columns.Row("GROUP", "TYPE", "PROTOCOL"));
            foreach (var group in groups)
                await console.Output.WriteLineAsync(columns.Row(group.GroupId, group.Type.ToString(), group.ProtocolType) + ' '); // as Kafka 4.3 does
            return 0;
        }
        catch (KafkaException e)
        {
            throw new ToolException($"Error: {GroupCommandException.Of(e).Message}");
        }

        void Exclude(Option option, params ReadOnlySpan<Option> others)
        {
            foreach (var other in others)
            {
                if (options.Has(option) && options.Has(other))
                    throw new ToolException($"Option \"[{option.Label}]\" can't be used with option \"[{other.Label}]\"", showOptions: true);
            }
        }
    }

    private static GroupType TypeOf(string name) => Enum.TryParse(name, ignoreCase: true, out GroupType type) && type != GroupType.Unknown && Enum.IsDefined(type)
        ? type
        : throw new ToolException("--group-type must be a valid group type.");
}

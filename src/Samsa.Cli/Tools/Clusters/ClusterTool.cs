using Samsa.Cli.Tools.Arguments;
using Samsa.Client;
using Samsa.Client.Admin;
using Samsa.Protocol;

namespace Samsa.Cli.Tools.Clusters;

/// <summary><c>kafka-cluster</c>: prints the id of a cluster and its endpoints, and takes brokers out of it.</summary>
internal sealed class ClusterTool : ArgumentTool
{
    private const int NarrowestRack = 10;

    private readonly ArgumentSet _clusterId;
    private readonly ArgumentSet _unregister;
    private readonly Argument<int?> _id;
    private readonly Argument _fenced;
    private readonly Dictionary<ArgumentSet, Connection> _connections = [];

    public ClusterTool()
        : base(new ArgumentSet("kafka-cluster", "The Kafka cluster tool."))
    {
        _clusterId = Declare("cluster-id", "Prints the id of the cluster.");
        _unregister = Declare("unregister", "Takes a broker out of the cluster.");
        _id = _unregister.Integer("--id,-i", "The broker to take out.", required: true);
        var endpoints = Declare("list-endpoints", "Prints the endpoints of the brokers.");
        _fenced = endpoints.Flag("--include-fenced-brokers", "Brokers that are out of service, too.");
    }

    protected override async Task<int> RunAsync(ParsedArguments arguments, ToolConsole console, CancellationToken cancellation)
    {
        var connection = _connections[arguments.Command!];
        if (arguments.Has(connection.Controller))
            throw new ToolException("--bootstrap-controller is not supported: this client speaks to brokers; name one with --bootstrap-server");
        string? file = arguments.Value(connection.CommandConfig) ?? arguments.Value(connection.Config);
        try
        {
            await using var admin = await AdminConnection.OpenAsync(arguments.Value(connection.Server)!, file, console, cancellation);
            await (arguments.Command == _clusterId ? PrintIdAsync(admin, console.Output, cancellation)
                : arguments.Command == _unregister ? UnregisterAsync(admin, arguments.Value(_id)!.Value, console.Output, cancellation)
                : PrintEndpointsAsync(admin, arguments.Has(_fenced), console.Output, cancellation));
            return 0;
        }
        catch (KafkaException e)
        {
            throw new ToolException($"{KafkaWords.ExceptionClass(e.ErrorCode)}: {e.Message}");
        }
    }

    private static async Task PrintIdAsync(KafkaAdmin admin, TextWriter output, CancellationToken cancellation) =>
        await output.WriteLineAsync(await admin.DescribeClusterAsync(cancellation: cancellation) is { ClusterId: { } id }
            ? $"Cluster ID: {id}"
            : "No cluster ID found. The Kafka version is probably too old.");

    private static async Task UnregisterAsync(KafkaAdmin admin, int id, TextWriter output, CancellationToken cancellation)
    {
        try
        {
            await admin.UnregisterBrokerAsync(id, cancellation);
            await output.WriteLineAsync($"Broker {id} is no longer registered.");
        }
        catch (KafkaException e) when (e.ErrorCode == ErrorCode.UnsupportedVersion)
        {
            await output.WriteLineAsync("The target cluster does not support the broker unregistration API.");
        }
    }

    private static async Task PrintEndpointsAsync(KafkaAdmin admin, bool fenced, TextWriter output, CancellationToken cancellation)
    {
        var cluster = await admin.DescribeClusterAsync(includeFencedBrokers: fenced, cancellation: cancellation);
        int host = cluster.Brokers.Select(b => b.Host.Length).DefaultIfEmpty(0).Max();
        int rack = cluster.Brokers.Select(b => b.Rack?.Length).Max() ?? NarrowestRack;
        await output.WriteLineAsync(Row("ID", "HOST", "PORT", "RACK", "STATE", "ENDPOINT_TYPE"));
        foreach (var broker in cluster.Brokers)
            await output.WriteLineAsync(Row($"{broker.Id}", broker.Host, $"{broker.Port}", broker.Rack ?? "null", broker.IsFenced ? "fenced" : "unfenced", "broker"));

        string Row(string id, string name, string port, string place, string state, string type) =>
            $"{id,-10} {name.PadRight(host)} {port,-10} {place.PadRight(rack)} {state,-10} {type,-15}";
    }

    private ArgumentSet Declare(string name, string summary)
    {
        var command = Arguments.Command(name, summary);
        var group = new ArgumentGroup(IsExclusive: true, IsRequired: true);
        _connections.Add(command, new Connection(
            command.Text("--bootstrap-server,-b", "The brokers to start from, host:port, separated by commas.", group: group),
            command.Text("--bootstrap-controller,-C", "Controllers to start from; not supported by this tool.", group: group),
            command.Text("--config,-c", "A file with settings of the admin client."),
            command.Text("--command-config", "The same, by the name that Kafka 4 has for it.")));
        return command;
    }

    private sealed record Connection(Argument<string> Server, Argument<string> Controller, Argument<string> Config, Argument<string> CommandConfig);
}

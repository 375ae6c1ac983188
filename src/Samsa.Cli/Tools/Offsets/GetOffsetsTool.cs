using System.Globalization;
using Samsa.Cli.Tools.Clusters;
using Samsa.Cli.Tools.Options;
using Samsa.Client;
using Samsa.Client.Admin;
using Samsa.Protocol;

namespace Samsa.Cli.Tools.Offsets;

/// <summary><c>kafka-get-offsets</c>: prints <c>topic:partition:offset</c> for the partitions asked for.</summary>
internal sealed class GetOffsetsTool : AdminTool
{
    private readonly Option<string> _brokerList;
    private readonly Option<string> _topicPartitions;
    private readonly Option<string> _topic;
    private readonly Option<string> _partitions;
    private readonly Option<string> _time;
    private readonly Option _excludeInternal;

    public GetOffsetsTool()
    {
        BootstrapServer = Options.Text("bootstrap-server", "HOST1:PORT1,...,HOST3:PORT3", "REQUIRED. The brokers to start from.");
        _brokerList = Options.Text(
            "broker-list", "HOST1:PORT1,...,HOST3:PORT3", "DEPRECATED, the same as --bootstrap-server, which goes first.", until: KafkaRelease.V39);
        CommandConfig = Options.Text("command-config", "config file", "A file with settings of the admin client.");
        _excludeInternal = Options.Flag("exclude-internal-topics", "Leaves out the topics that the cluster made for itself.");
        _topicPartitions = Options.Text(
            "topic-partitions", "topic1:1,topic2:0-3,topic3,topic4:5-,topic5:-3", "Patterns of partitions, separated by commas: a regular "
            + "expression for the topic, all if it is empty, and after a colon a number, a range whose end does not belong to it, or a range "
            + "that is open at one end. Not together with --topic and --partitions.");
        _topic = Options.Text("topic", "topic", "A regular expression for the topics, all without it. Not together with --topic-partitions.");
        _partitions = Options.Text(
            "partitions", "partition ids", "The numbers of the partitions, separated by commas, all without it. Not together with --topic-partitions.");
        _time = Options.Text(
            "time",
            "<timestamp> / -1 or latest / -2 or earliest / -3 or max-timestamp / -4 or earliest-local / -5 or latest-tiered",
            "Which offset: of the first record with this time (ms since 1970) or later, or one of the others. A partition without such an "
            + "offset is not printed.",
            "latest");
    }

    protected override string Purpose => "An interactive shell for getting topic-partition offsets.";

    protected override Option<string> BootstrapServer { get; }

    protected override Option<string> CommandConfig { get; }

    protected override async Task<int> RunAsync(ParsedOptions options, ToolConsole console, CancellationToken cancellation)
    {
        if (options.Value(BootstrapServer) is null && Release == KafkaRelease.V43)
            Require(options, BootstrapServer);
        try
        {
            string servers = options.Value(BootstrapServer) ?? options.Value(_brokerList)
                ?? throw new ToolException("Missing required option(s) [bootstrap-server]");
            if (options.Has(_topicPartitions) && (options.Has(_topic) || options.Has(_partitions)))
                throw new ToolException("--topic-partitions cannot be used with --topic or --partitions");
            var spec = OffsetSpec.FromWire(TimeOf(options.Value(_time)!));
            var patterns = options.Value(_topicPartitions) is { } list
                ? PartitionPattern.ParseList(list)
                : [PartitionPattern.Of(options.Value(_topic), options.Value(_partitions))];
            await using var admin = await ConnectAsync(options, console, servers, cancellation);
            var partitions = await PartitionsAsync(admin, patterns, options.Has(_excludeInternal), cancellation);
            if (partitions.Count == 0)
                throw new ToolException("Could not match any topic-partitions with the specified filters");
            await PrintAsync(admin, partitions, spec, console, cancellation);
            return 0;
        }
        catch (ToolException e)
        {
            throw new ToolException("Error occurred: " + e.Message, e.ExitCode, e.ShowOptions);
        }
        catch (KafkaException e)
        {
            throw new ToolException("Error occurred: " + e.Message);
        }
    }

    private static async Task<List<TopicPartition>> PartitionsAsync(
        KafkaAdmin admin, IReadOnlyList<PartitionPattern> patterns, bool excludeInternal, CancellationToken cancellation)
    {
        var topics = (await admin.ListTopicsAsync(listInternal: !excludeInternal, cancellation))
            .Select(t => t.Name)
            .Where(t => patterns.Any(p => p.AllowsTopic(t)) && !(excludeInternal && TopicFilter.IsInternal(t)));
        var described = await admin.DescribeTopicsAsync(topics, cancellation: cancellation);
        return [.. described.OrderBy(t => t.Name, StringComparer.Ordinal)
            .SelectMany(t => t.Partitions.Select(p => new TopicPartition(t.Name!, p.Partition)))
            .Where(partition => patterns.Any(p => p.Allows(partition)))];
    }

    private static async Task PrintAsync(
        KafkaAdmin admin, List<TopicPartition> partitions, OffsetSpec spec, ToolConsole console, CancellationToken cancellation)
    {
        var results = await admin.ListOffsetsAsync(partitions.ToDictionary(p => p, _ => spec), cancellation: cancellation);
        foreach (var result in results)
        {
            var (topic, partition) = result.Partition;
            if (!result.Succeeded)
            {
                console.Error($"Skip getting offsets for topic-partition {topic}-{partition} due to error: "
                    + $"{KafkaWords.ExceptionClass(result.Error)}: {KafkaWords.Message(result.Error)}");
            }
            else if (result.Offset >= 0)
            {
                await console.Output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{topic}:{partition}:{result.Offset}"));
            }
        }
    }

    private long TimeOf(string text) => text switch
    {
        "latest" => -1,
        "earliest" => -2,
        "max-timestamp" => -3,
        "earliest-local" => -4,
        "latest-tiered" => -5,
        "earliest-pending-upload" => -6,
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long time) => time,
        _ => throw new ToolException(
            $"Malformed time argument {text}. Please use -1 or latest / -2 or earliest / -3 or max-timestamp / -4 or earliest-local / "
            + $"-5 or latest-tiered{(Release == KafkaRelease.V43 ? " / -6 or earliest-pending-upload" : "")}, or a specified long format timestamp"),
    };
}

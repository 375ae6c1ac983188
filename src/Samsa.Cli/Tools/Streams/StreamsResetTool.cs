using Samsa.Cli.Tools.Clusters;
using Samsa.Cli.Tools.ConsumerGroups;
using Samsa.Cli.Tools.Options;
using Samsa.Client;
using Samsa.Client.Admin;
using Samsa.Client.Consumer;
using Samsa.Protocol;

namespace Samsa.Cli.Tools.Streams;

/// <summary>
/// <c>kafka-streams-application-reset</c>: lets an application of Kafka Streams begin anew. Offsets of its input topics are reset and its internal topics
/// deleted; its local state is the application's to clean up.
/// </summary>
internal sealed class StreamsResetTool : AdminTool
{
    private readonly StreamsResetOptions _declared;

    public StreamsResetTool() => _declared = new StreamsResetOptions(Options);

    protected override string Purpose => "This tool helps to quickly reset an application in order to reprocess its data from scratch: it resets the offsets of "
        + "the input topics and deletes the internal topics. Stop all instances of the application first, and clean up their local state before they start again.";

    protected override bool ShowsOptionsWithMistakes => true;

    protected override Option<string> BootstrapServer => _declared.BootstrapServer;

    protected override Option<string> CommandConfig => _declared.CommandConfig;

    protected override async Task<int> RunAsync(ParsedOptions options, ToolConsole console, CancellationToken cancellation)
    {
        _declared.Check(options);
        if (Release == KafkaRelease.V43 && options.Has(_declared.ConfigFile))
            await console.Output.WriteLineAsync("Option --config-file has been deprecated and will be removed in a future version. Use --command-config instead.");
        try
        {
            string servers = options.Has(BootstrapServer) ? options.Value(BootstrapServer)! : options.Value(_declared.BootstrapServers) ?? options.Value(BootstrapServer)!;
            string? settings = options.Value(_declared.CommandConfig) ?? options.Value(_declared.ConfigFile);
            await using var admin = await AdminConnection.OpenAsync(servers, settings, console, cancellation);
            return await ResetAsync(admin, options, console, cancellation);
        }
        catch (KafkaException e)
        {
            throw new ToolException($"ERROR: {KafkaWords.ExceptionClass(e.ErrorCode)}: {e.Message.ReplaceLineEndings(" ")}");
        }
        catch (Exception e) when (e is GroupCommandException or FormatException)
        {
            throw new ToolException($"ERROR: {e.Message}");
        }
    }

    private async Task<int> ResetAsync(KafkaAdmin admin, ParsedOptions options, ToolConsole console, CancellationToken cancellation)
    {
        string application = options.Value(_declared.ApplicationId)!;
        bool isDry = options.Has(_declared.DryRun);
        await EmptyGroupAsync(admin, application, isDry, options, console, cancellation);
        if (isDry)
            await console.Output.WriteLineAsync("----Dry run displays the actions which will be performed when running Streams Reset Tool----");
        var inputs = StreamsResetOptions.Topics(options, _declared.InputTopics);
        var intermediates = StreamsResetOptions.Topics(options, _declared.IntermediateTopics);
        if (Release == KafkaRelease.V43 && intermediates.Count > 0)
            await console.Output.WriteLineAsync("WARN: `--intermediate-topics` is deprecated and will be removed in a future release");
        var topics = JavaHashOrder.Of([.. (await admin.ListTopicsAsync(listInternal: true, cancellation)).Select(t => t.Name)], t => t).ToList();
        bool isComplete = await SeekAsync(admin, application, topics, inputs, intermediates, options, console, cancellation);
        await DeleteAsync(admin, application, [.. topics.Where(t => !inputs.Contains(t) && !intermediates.Contains(t))], options, console, cancellation);
        return isComplete ? 0 : ToolException.Failure;
    }

    private async Task EmptyGroupAsync(
        KafkaAdmin admin, string application, bool isDry, ParsedOptions options, ToolConsole console, CancellationToken cancellation)
    {
        var group = (await admin.DescribeGroupsAsync([application], cancellation: cancellation))[0];
        if (group.Error != ErrorCode.GroupIdNotFound)
            group.ThrowIfFailed();
        if (group.Members.Count == 0)
            return;
        if (!options.Has(_declared.Force))
        {
            string members = string.Join(", ", group.Members.Select(m => $"{m.MemberId} (client {m.ClientId} at {m.Host})"));
            throw new ToolException($"ERROR: java.lang.IllegalStateException: Consumer group '{application}' is still active and has following members: [{members}]. "
                + "Make sure to stop all running application instances before running the reset tool. You can use option '--force' to remove active members from the group.");
        }

        await console.Output.WriteLineAsync($"Force deleting all active members in the group: {application}");
        if (isDry)
            return;
        foreach (var removed in await admin.RemoveGroupMembersAsync(application, group.Members, "reset of the application", cancellation))
            removed.ThrowIfFailed();
    }

    // False when a topic was not found, which is told at the end by the exit code.
    private async Task<bool> SeekAsync(
        KafkaAdmin admin,
        string application,
        List<string> topics,
        IReadOnlyList<string> inputs,
        IReadOnlyList<string> intermediates,
        ParsedOptions options,
        ToolConsole console,
        CancellationToken cancellation)
    {
        if (inputs.Count + intermediates.Count == 0)
        {
            await console.Output.WriteLineAsync("No input or intermediate topics specified. Skipping seek.");
            return true;
        }

        if (inputs.Count > 0)
            await console.Output.WriteLineAsync($"Reset-offsets for input topics [{string.Join(", ", inputs)}]");
        if (intermediates.Count > 0)
            await console.Output.WriteLineAsync($"Seek-to-end for intermediate topics [{string.Join(", ", intermediates)}]");
        bool isComplete = await SayMissingAsync("input", inputs) & await SayMissingAsync("intermediate", intermediates);

        var positions = new StreamsPositions(admin, _declared, options, console.Output, cancellation);
        var offsets = new Dictionary<TopicPartition, CommittedOffset>();
        if (inputs.Any(topics.Contains))
        {
            await console.Output.WriteLineAsync($"Following input topics offsets will be reset to (for consumer group {application})");
            var partitions = await PartitionsAsync(inputs);
            var input = await positions.OfAsync(application, partitions);
            foreach (var partition in JavaHashOrder.Of(partitions))
            {
                await console.Output.WriteLineAsync($"Topic: {partition.Topic} Partition: {partition.Partition} Offset: {input[partition]}");
                offsets[partition] = new CommittedOffset(input[partition]);
            }
        }

        if (intermediates.Any(topics.Contains))
        {
            await console.Output.WriteLineAsync($"Following intermediate topics offsets will be reset to end (for consumer group {application})");
            foreach (string topic in intermediates.Where(topics.Contains))
                await console.Output.WriteLineAsync($"Topic: {topic}");
            foreach (var (partition, end) in await positions.EndsAsync(await PartitionsAsync(intermediates)))
                offsets[partition] = new CommittedOffset(end);
        }

        if (!options.Has(_declared.DryRun))
        {
            foreach (var result in await admin.AlterGroupOffsetsAsync(application, offsets, cancellation))
                result.ThrowIfFailed();
        }

        await console.Output.WriteLineAsync("Done.");
        return isComplete;

        async Task<bool> SayMissingAsync(string kind, IReadOnlyList<string> wanted)
        {
            string[] missing = [.. wanted.Where(t => !topics.Contains(t))];
            if (missing.Length > 0)
                await console.Output.WriteLineAsync($"Following {kind} topics are not found, skipping them");
            foreach (string topic in missing)
                await console.Output.WriteLineAsync($"Topic: {topic}");
            return missing.Length == 0;
        }

        async Task<IReadOnlyCollection<TopicPartition>> PartitionsAsync(IReadOnlyList<string> wanted)
        {
            var partitions = new List<TopicPartition>();
            foreach (var topic in await admin.DescribeTopicsAsync(wanted.Where(topics.Contains), cancellation: cancellation))
            {
                topic.ThrowIfFailed();
                partitions.AddRange(topic.Partitions.Select(p => new TopicPartition(topic.Name!, p.Partition)));
            }

            return partitions;
        }
    }

    private async Task DeleteAsync(
        KafkaAdmin admin, string application, IReadOnlyList<string> candidates, ParsedOptions options, ToolConsole console, CancellationToken cancellation)
    {
        IReadOnlyList<string> inferred = [.. candidates.Where(t => InternalTopics.IsOf(application, t))];
        var specified = StreamsResetOptions.Topics(options, _declared.InternalTopics);
        if (specified.Any(t => !inferred.Contains(t)))
        {
            throw new ToolException("ERROR: java.lang.IllegalArgumentException: Invalid topic specified in the --internal-topics option. Ensure that the topics "
                + "specified are all internal topics. Do a dry run without the --internal-topics option to see the list of all internal topics that can be deleted.");
        }

        var deleted = specified.Count > 0 ? specified : inferred;
        await console.Output.WriteLineAsync($"Deleting {(specified.Count > 0 ? "specified" : "inferred")} internal topics [{string.Join(", ", deleted)}]");
        if (!options.Has(_declared.DryRun) && deleted.Count > 0)
        {
            foreach (var result in await admin.DeleteTopicsAsync(deleted, cancellation))
            {
                if (!result.Succeeded)
                    throw new ToolException($"ERROR: Deleting topic {result.Name} failed: {KafkaWords.Message(result)}");
            }
        }

        await console.Output.WriteLineAsync("Done.");
    }
}

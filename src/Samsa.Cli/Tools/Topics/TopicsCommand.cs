using System.Globalization;
using Samsa.Cli.Tools.Clusters;
using Samsa.Cli.Tools.Options;
using Samsa.Client.Admin;
using Samsa.Protocol;

namespace Samsa.Cli.Tools.Topics;

/// <summary>What <c>kafka-topics</c> does, one method for each action.</summary>
internal sealed class TopicsCommand(
    KafkaAdmin admin, TopicsOptions declared, ParsedOptions options, ToolConsole console, KafkaRelease release, CancellationToken cancellation)
{
    private const string CollisionWarning =
        "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore ('_') could collide. "
        + "To avoid issues it is best to use either, but not both.";

    /// <exception cref="TopicCommandException">It was not created.</exception>
    public async Task CreateAsync(string name)
    {
        var configs = new Dictionary<string, string?>();
        foreach (string pair in options.Values(declared.Config))
        {
            string[] parts = pair.Split('=');
            if (parts.Length != 2)
                throw new TopicCommandException("requirement failed: Invalid topic config: all configs to be added must be in the format \"key=val\".");
            configs[parts[0].Trim()] = parts[1].Trim();
        }

        var assignment = Assignment();
        if (name.AsSpan().ContainsAny('.', '_'))
            await console.Output.WriteLineAsync(CollisionWarning);
        int factor = options.Has(declared.ReplicationFactor) ? options.Value(declared.ReplicationFactor) : -1;
        if (options.Has(declared.ReplicationFactor) && factor is < 1 or > short.MaxValue)
            throw new TopicCommandException("The replication factor must be between 1 and 32767 inclusive");
        int partitions = options.Has(declared.Partitions) ? options.Value(declared.Partitions) : -1;
        if (options.Has(declared.Partitions) && partitions < 1)
            throw new TopicCommandException("The partitions must be greater than 0");
        if (name.Length == 0)
            throw new TopicCommandException("The given topic name '' cannot be represented in a request.");

        var topic = new NewTopic(name)
        {
            Partitions = partitions,
            ReplicationFactor = (short)factor,
            Assignments = assignment.Index().ToDictionary(a => a.Index, a => a.Item),
            Configs = configs,
        };
        var result = (await admin.CreateTopicsAsync([topic], cancellation: cancellation))[0];
        if (result.Error == ErrorCode.TopicAlreadyExists && options.Has(declared.IfNotExists))
            return;
        ThrowIfFailed(result);
        await console.Output.WriteLineAsync($"Created topic {name}.");
    }

    public async Task ListAsync()
    {
        foreach (string topic in await TopicsAsync() is { Count: > 0 } topics ? topics : [""])
            await console.Output.WriteLineAsync(topic);
    }

    /// <exception cref="TopicCommandException">There is no such topic, or a broker refused.</exception>
    public async Task AlterAsync()
    {
        var topics = await TopicsAsync();
        RequireTopics(topics);
        if (topics.Count == 0)
            return;
        int count = options.Value(declared.Partitions);
        var assignment = Assignment();
        var descriptions = await admin.DescribeTopicsAsync(topics, cancellation: cancellation);
        descriptions.FirstOrDefault(d => !d.Succeeded)?.ThrowIfFailed();
        var changes = descriptions.Select(topic => new NewPartitions(topic.Name!, count)
        {
            Assignments = assignment.Count == 0 ? null : [.. assignment.Skip(topic.Partitions.Count)],
        });
        ThrowIfFailed([.. await admin.CreatePartitionsAsync([.. changes], cancellation: cancellation)]);
    }

    /// <exception cref="TopicCommandException">There is no such topic, or a broker refused.</exception>
    public async Task DeleteAsync()
    {
        var topics = await TopicsAsync();
        RequireTopics(topics);
        ThrowIfFailed([.. await admin.DeleteTopicsAsync(topics, cancellation)]);
    }

    /// <exception cref="TopicCommandException">There is no such topic, or a broker refused.</exception>
    public async Task DescribeAsync()
    {
        var descriptions = options.Value(declared.TopicId) is { } id ? await ByIdAsync(id) : await ByNameAsync();
        ThrowIfFailed([.. descriptions]);
        var printer = new TopicPrinter(declared, options, console.Output);
        var cluster = await admin.DescribeClusterAsync(cancellation: cancellation);
        var configs = await admin.DescribeConfigsAsync(descriptions.Select(d => ConfigResource.Topic(d.Name!)), cancellation: cancellation);
        ThrowIfFailed([.. configs]);
        HashSet<int> live = [.. cluster.Brokers.Select(b => b.Id)];
        foreach (var (topic, config) in descriptions.Zip(configs))
            printer.Print(topic, config.Entries, live);
    }

    private static void ThrowIfFailed(params ReadOnlySpan<AdminResult> results)
    {
        foreach (var result in results)
        {
            if (!result.Succeeded)
                throw new TopicCommandException(KafkaWords.Message(result));
        }
    }

    private async Task<IReadOnlyList<TopicDescription>> ByNameAsync()
    {
        var topics = await TopicsAsync();
        RequireTopics(topics);
        return options.Has(declared.PageSize)
            ? await admin.DescribeTopicsAsync(topics, partitionsPerResponse: options.Value(declared.PageSize), cancellation: cancellation)
            : await admin.DescribeTopicsAsync(topics, cancellation: cancellation);
    }

    private async Task<IReadOnlyList<TopicDescription>> ByIdAsync(string text)
    {
        if (options.Has(declared.Topic))
        {
            await console.Output.WriteLineAsync(
                "Only topic id will be used when both --topic and --topic-id are specified and topicId is not Uuid.ZERO_UUID");
        }

        var id = ReadId(text);
        var listed = await admin.ListTopicsAsync(listInternal: !options.Has(declared.ExcludeInternal), cancellation);
        if (listed.Any(t => t.TopicId == id))
            return await admin.DescribeTopicsAsync([id], cancellation: cancellation);
        return options.Has(declared.IfExists) ? [] : throw new TopicCommandException($"TopicId '{text}' does not exist as expected");
    }

    private static Guid ReadId(string text)
    {
        try
        {
            return KafkaUuid.Parse(text);
        }
        catch (FormatException)
        {
            int bytes = text.Length * 6 / 8;
            throw new TopicCommandException(text.Length > 24
                ? $"Input string with prefix `{text[..24]}` is too long to be decoded as a base64 UUID"
                : $"Input string `{text}` decoded as {bytes} bytes, which is not equal to the expected 16 bytes of a base64-encoded UUID");
        }
    }

    /// <summary>The topics that the command line asks for, by name.</summary>
    private async Task<IReadOnlyList<string>> TopicsAsync()
    {
        var listed = await admin.ListTopicsAsync(listInternal: !options.Has(declared.ExcludeInternal), cancellation);
        var names = listed.Select(t => t.Name);
        if (options.Value(declared.Topic) is { } pattern)
        {
            var filter = new TopicFilter(pattern);
            names = names.Where(filter.Allows);
        }

        return [.. options.Has(declared.ExcludeInternal) ? names.Where(t => !TopicFilter.IsInternal(t)) : names];
    }

    private void RequireTopics(IReadOnlyList<string> topics)
    {
        if (topics.Count > 0 || options.Has(declared.IfExists) || options.Value(declared.Topic) is not { Length: > 0 } asked)
            return;
        string shown = release == KafkaRelease.V39 ? $"Optional[{asked}]" : asked;
        throw new TopicCommandException($"Topic '{shown}' does not exist as expected");
    }

    /// <summary>The brokers of each partition, empty when the command line does not say.</summary>
    private List<IReadOnlyList<int>> Assignment()
    {
        var partitions = new List<IReadOnlyList<int>>();
        if (options.Value(declared.ReplicaAssignment) is not { Length: > 0 } text)
            return partitions;
        foreach (string list in text.Split(','))
        {
            var brokers = new List<int>();
            foreach (string broker in list.Split(':'))
            {
                brokers.Add(int.TryParse(broker.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int id)
                    ? id
                    : throw new TopicCommandException($"For input string: \"{broker.Trim()}\""));
            }

            var twice = brokers.GroupBy(b => b).Where(g => g.Count() > 1).Select(g => g.Key).ToList();
            if (twice.Count > 0)
                throw new TopicCommandException($"Partition replica lists may not contain duplicate entries: {string.Join(",", twice)}");
            if (partitions.Count > 0 && brokers.Count != partitions[0].Count)
                throw new TopicCommandException($"Partition {partitions.Count} has different replication factor: [{string.Join(", ", brokers)}]");
            partitions.Add(brokers);
        }

        return partitions;
    }
}

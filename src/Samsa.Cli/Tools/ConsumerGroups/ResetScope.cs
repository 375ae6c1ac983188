using Samsa.Cli.Tools.Clusters;
using Samsa.Cli.Tools.Options;
using Samsa.Client.Admin;
using Samsa.Protocol;

namespace Samsa.Cli.Tools.ConsumerGroups;

/// <summary>Which partitions <c>--topic</c> or <c>--all-topics</c> mean.</summary>
internal sealed class ResetScope(KafkaAdmin admin, ConsumerGroupsOptions declared, ParsedOptions options, KafkaRelease release, CancellationToken cancellation)
{
    /// <summary>The partitions of a group that are to be reset.</summary>
    /// <exception cref="GroupCommandException">There is no such topic.</exception>
    /// <exception cref="ToolException">The command line names none.</exception>
    public async Task<IReadOnlyCollection<TopicPartition>> PartitionsAsync(string group)
    {
        if (options.Has(declared.AllTopics))
        {
            var offsets = (await admin.ListGroupOffsetsAsync([group], cancellation: cancellation))[0];
            offsets.ThrowIfFailed();
            return [.. offsets.Offsets.Keys];
        }

        if (!options.Has(declared.Topic))
            throw new ToolException("One of the reset scopes should be defined: --all-topics, --topic.", showOptions: true);
        var (partitions, unknown) = await OfTopicsAsync(admin, options.Values(declared.Topic), cancellation);
        if (unknown.Count == 0)
            return partitions;
        string words = KafkaWords.Message(ErrorCode.UnknownTopicOrPartition);
        throw new GroupCommandException(
            release == KafkaRelease.V39 ? $"{KafkaWords.ExceptionClass(ErrorCode.UnknownTopicOrPartition)}: {words}" : words);
    }

    /// <summary>The partitions of <c>topic</c> and <c>topic:0,1</c>, and the topics without numbers that the cluster does not have.</summary>
    /// <exception cref="ToolException">A number is none.</exception>
    public static async Task<(IReadOnlyCollection<TopicPartition> Partitions, IReadOnlyList<string> Unknown)> OfTopicsAsync(
        KafkaAdmin admin, IReadOnlyList<string> topics, CancellationToken cancellation)
    {
        var partitions = new List<TopicPartition>();
        List<string> whole = [];
        foreach (string topic in topics)
        {
            int colon = topic.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
                whole.Add(topic);
            else
                partitions.AddRange(PartitionNumbers.Parse(topic, topic[(colon + 1)..]).Select(p => new TopicPartition(topic[..colon], p)));
        }

        List<string> unknown = [];
        foreach (var described in await admin.DescribeTopicsAsync(whole, cancellation: cancellation))
        {
            if (described.Error == ErrorCode.UnknownTopicOrPartition)
            {
                unknown.Add(described.Name!);
                continue;
            }

            described.ThrowIfFailed();
            partitions.AddRange(described.Partitions.Select(p => new TopicPartition(described.Name!, p.Partition)));
        }

        return ([.. partitions.Distinct()], unknown);
    }
}

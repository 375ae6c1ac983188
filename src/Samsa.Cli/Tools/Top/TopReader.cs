using Samsa.Cli.Tools.Clusters;
using Samsa.Client.Admin;
using Samsa.Protocol;

namespace Samsa.Cli.Tools.Top;

/// <summary>
/// Looks at a cluster with the admin client that it is lent; one look at a time. What one broker does not answer is missing in the sample;
/// <see cref="Samsa.Client.KafkaException"/> when the cluster cannot be reached at all.
/// </summary>
internal sealed class TopReader(KafkaAdmin admin, TopicFilter? filter, bool excludeInternal, TimeProvider time)
{
    /// <summary>Topics, their leaders and end offsets, then the sizes.</summary>
    public async Task<TopSample> ReadAsync(CancellationToken cancellation)
    {
        var names = (await admin.ListTopicsAsync(listInternal: !excludeInternal, cancellation))
            .Select(topic => topic.Name)
            .Where(name => filter is null || filter.Allows(name));
        // A topic that was deleted since is described as an error without partitions.
        var topics = await admin.DescribeTopicsAsync(names, cancellation: cancellation);
        var offsets = await EndOffsetsAsync(topics, cancellation);
        long timestamp = time.GetTimestamp();
        var sizes = await SizesAsync(topics, cancellation);

        var partitions = new Dictionary<TopicPartition, PartitionSample>();
        foreach (var topic in topics)
        {
            foreach (var partition in topic.Partitions)
            {
                var key = new TopicPartition(topic.Name!, partition.Partition);
                partitions[key] = new PartitionSample(
                    topic.TopicId, partition.Leader, offsets.GetValueOrDefault(key, -1), sizes.GetValueOrDefault((partition.Leader, key), -1));
            }
        }

        return new TopSample(timestamp, partitions);
    }

    private async Task<Dictionary<TopicPartition, long>> EndOffsetsAsync(IReadOnlyList<TopicDescription> topics, CancellationToken cancellation)
    {
        // One without a leader would be asked for until the time is over.
        var asked = topics
            .SelectMany(topic => topic.Partitions.Where(partition => partition.Leader >= 0).Select(partition => new TopicPartition(topic.Name!, partition.Partition)))
            .ToDictionary(partition => partition, _ => OffsetSpec.Latest);
        var found = new Dictionary<TopicPartition, long>();
        foreach (var result in asked.Count == 0 ? [] : await admin.ListOffsetsAsync(asked, cancellation: cancellation))
        {
            if (result.Succeeded)
                found[result.Partition] = result.Offset;
        }

        return found;
    }

    private async Task<Dictionary<(int Broker, TopicPartition Partition), long>> SizesAsync(IReadOnlyList<TopicDescription> topics, CancellationToken cancellation)
    {
        var leaders = topics.SelectMany(topic => topic.Partitions.Select(partition => partition.Leader)).Where(leader => leader >= 0).Distinct().ToList();
        var found = new Dictionary<(int, TopicPartition), long>();
        foreach (var broker in leaders.Count == 0 ? [] : await admin.DescribeLogDirsAsync(leaders, cancellation))
        {
            foreach (var replica in broker.LogDirs.SelectMany(directory => directory.Replicas).Where(replica => !replica.IsFuture))
                found[(broker.BrokerId, replica.Partition)] = replica.Size;
        }

        return found;
    }
}

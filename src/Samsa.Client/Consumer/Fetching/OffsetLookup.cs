using Samsa.Client.Connections;
using Samsa.Client.Metadata;
using Samsa.Protocol;

namespace Samsa.Client.Consumer.Fetching;

/// <summary>Searches in partitions of any brokers, for the caller; tries again what may pass until the time is over. Has no state.</summary>
internal static class OffsetLookup
{
    /// <exception cref="KafkaException">A partition could not be asked.</exception>
    public static async Task<Dictionary<TopicPartition, OffsetAndTimestamp?>> FindAsync(
        ClusterClient cluster,
        ConsumerOptions options,
        IEnumerable<KeyValuePair<TopicPartition, long>> wanted,
        CancellationToken cancellation)
    {
        Dictionary<TopicPartition, OffsetAndTimestamp?> found = [];
        var open = new Dictionary<TopicPartition, long>(wanted);
        foreach (var topic in open.Keys.Select(p => p.Topic).Distinct(StringComparer.Ordinal))
        {
            await cluster.Metadata.TopicAsync(topic, options.DefaultApiTimeout, cancellation).ConfigureAwait(false);
        }

        return await cluster.RetryAsync(
            async stop =>
            {
                await AskLeadersAsync(cluster, options, open, found, stop).ConfigureAwait(false);
                return found;
            },
            options.DefaultApiTimeout,
            cancellation).ConfigureAwait(false);
    }

    // What was answered is taken out, so that another attempt asks for the rest only.
    private static async Task AskLeadersAsync(
        ClusterClient cluster,
        ConsumerOptions options,
        Dictionary<TopicPartition, long> open,
        Dictionary<TopicPartition, OffsetAndTimestamp?> found,
        CancellationToken cancellation)
    {
        var snapshot = cluster.Metadata.Snapshot;
        Dictionary<int, List<OffsetQuestion>> byLeader = [];
        foreach (var (partition, timestamp) in open)
        {
            var metadata = snapshot.Partition(partition) ?? throw new KafkaException(
                ErrorCode.UnknownTopicOrPartition, $"{partition} does not exist.");
            if (metadata.Leader < 0)
            {
                throw new KafkaException(ErrorCode.LeaderNotAvailable, $"{partition} has no leader.");
            }

            if (!byLeader.TryGetValue(metadata.Leader, out var questions))
            {
                byLeader[metadata.Leader] = questions = [];
            }

            questions.Add(new OffsetQuestion(partition, metadata.LeaderEpoch, timestamp));
        }

        KafkaException? failure = null;
        foreach (var (leader, questions) in byLeader)
        {
            var connection = await cluster.ConnectAsync(leader, ConnectionPurpose.Control, cancellation).ConfigureAwait(false);
            foreach (var answer in await OffsetQuestion.AskAsync(connection, questions, options, cancellation).ConfigureAwait(false))
            {
                if (answer.Error == ErrorCode.None)
                {
                    found[answer.Partition] = answer.Found;
                    open.Remove(answer.Partition);
                }
                else if (failure is null || !answer.Error.IsRetriable())
                {
                    // A leader that is older than our metadata is asked again, too.
                    failure = new KafkaException(answer.Error, $"The offset of {answer.Partition} cannot be found: {answer.Error.Name()}. {answer.Error.Description()}");
                }
            }
        }

        if (failure is not null)
        {
            throw failure;
        }

        if (open.Count > 0)
        {
            throw new KafkaException(ErrorCode.UnknownServerError, $"The broker said nothing of {open.Keys.First()}.");
        }
    }
}

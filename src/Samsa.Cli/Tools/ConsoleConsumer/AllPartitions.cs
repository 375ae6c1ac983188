using System.Text.RegularExpressions;
using Samsa.Cli.Tools.Clusters;
using Samsa.Client;
using Samsa.Client.Consumer;
using Samsa.Client.Metadata;
using Samsa.Protocol;

namespace Samsa.Cli.Tools.ConsoleConsumer;

/// <summary>
/// All partitions of a topic, or of the topics that match a pattern, also of those that are still to come. The first ones begin where
/// <c>auto.offset.reset</c> says. Those that are found later did not exist when reading began: they are read from their beginning, so that
/// nothing is lost between a partition's first record and its discovery; Kafka's tool begins at their end.
/// One task runs it; the consumer's failures other than a missing topic or broker end it.
/// </summary>
internal sealed class AllPartitions : IPartitionChoice
{
    private static readonly TimeSpan ForMissing = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ForTopic = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ForPattern = TimeSpan.FromSeconds(10);

    private readonly string? _topic;
    private readonly Regex? _pattern;
    private readonly bool _excludeInternal;
    private readonly HashSet<TopicPartition> _known = [];
    private bool _looked;
    private int _missed;

    /// <summary>The partitions of a topic, which is made where the cluster does that.</summary>
    public AllPartitions(string topic) => _topic = topic;

    /// <summary>The partitions of all topics with matching names.</summary>
    public AllPartitions(Regex pattern, bool excludeInternal)
    {
        _pattern = pattern;
        _excludeInternal = excludeInternal;
    }

    public async Task RunAsync(KafkaConsumer consumer, Action<string> say, CancellationToken cancellation)
    {
        while (true)
        {
            bool found = await LookAsync(consumer, say, cancellation);
            await Task.Delay(!found ? ForMissing : _topic is null ? ForPattern : ForTopic, TimeProvider.System, cancellation);
        }
    }

    private async Task<bool> LookAsync(KafkaConsumer consumer, Action<string> say, CancellationToken cancellation)
    {
        try
        {
            if (_topic is not null)
            {
                // Costs nothing while the topic is known: the consumer's metadata has its own age (metadata.max.age.ms).
                Take(consumer, (await consumer.PartitionsForAsync(_topic, cancellation)).Select(p => new TopicPartition(_topic, p.Partition)));
                return true;
            }

            Take(consumer, (await consumer.ListTopicsAsync(cancellation)).Where(IsChosen).SelectMany(
                t => t.Partitions.Select(p => new TopicPartition(t.Name, p.Partition))));
            return true;
        }
        catch (KafkaException e) when (e.IsRetriable)
        {
            if (e.ErrorCode != ErrorCode.RequestTimedOut)
            {
                // The cluster was asked, and does not have the topic. One that is made by being asked for is there the second time.
                _looked = true;
                if (++_missed == 2)
                    say($"WARN topic {_topic} does not exist; waiting for it");
            }

            return false;
        }
    }

    private bool IsChosen(TopicMetadata topic) =>
        _pattern!.IsMatch(topic.Name) && !(_excludeInternal && (topic.IsInternal || TopicFilter.IsInternal(topic.Name)));

    private void Take(KafkaConsumer consumer, IEnumerable<TopicPartition> partitions)
    {
        List<TopicPartition> found = [.. partitions.Where(_known.Add)];
        if (found.Count > 0)
        {
            consumer.Assign(_known);
            if (_looked)
                consumer.SeekToBeginning(found);
        }

        _looked = true;
    }
}

using System.Text.RegularExpressions;
using Samsa.Client;
using Samsa.Client.Consumer;
using Samsa.Protocol;

namespace Samsa.Cli.Tools.ConsoleConsumer;

/// <summary>
/// The partitions of a group with a name that nobody chose, <c>console-consumer-12345</c>: the tool is alone in it and commits nothing. What other groups
/// find in their committed offsets is remembered here: partitions that come back go on behind what was printed, or where they had begun when nothing was.
/// Those that are found later did not exist when reading began, and are read from their first record; Kafka's tool begins at their end, and loses what
/// came before it found them.
/// One task runs it while another one reads; what both touch is behind a lock.
/// </summary>
internal sealed class OwnGroup : IPartitionChoice
{
    private static readonly TimeSpan ForMissing = TimeSpan.FromSeconds(1);

    private readonly string? _topic;
    private readonly Regex? _pattern;
    private readonly Lock _lock = new();
    private readonly HashSet<TopicPartition> _first = [];
    private readonly Dictionary<TopicPartition, long> _next = [];

    /// <summary>The partitions of a topic, which is made where the cluster does that.</summary>
    public OwnGroup(string topic) => _topic = topic;

    /// <summary>The partitions of all topics with matching names.</summary>
    public OwnGroup(Regex pattern) => _pattern = pattern;

    /// <summary>A name for such a group, as Kafka's tool makes it.</summary>
    public static string NewName() => $"console-consumer-{Random.Shared.Next(100_000)}";

    public async Task RunAsync(KafkaConsumer consumer, Action<string> say, CancellationToken cancellation)
    {
        bool found = await LookAsync(consumer, _first, cancellation);
        var listener = new RebalanceListener
        {
            Assigned = (partitions, _) => Place(consumer, partitions),
            Revoked = (partitions, _) => Remember(consumer, partitions),
        };
        if (_topic is null)
        {
            consumer.Subscribe(_pattern!, listener);
            return;
        }

        consumer.Subscribe([_topic], listener);
        if (found)
            return;

        // A topic that is made because the consumer names it is there by now.
        await Task.Delay(ForMissing, TimeProvider.System, cancellation);
        if (!await LookAsync(consumer, [], cancellation))
            say($"WARN topic {_topic} does not exist; waiting for it");
    }

    public void Done(KafkaConsumer consumer, TopicPartitionOffset next)
    {
        lock (_lock)
            _next[next.Partition] = next.Offset;
    }

    private async Task<bool> LookAsync(KafkaConsumer consumer, HashSet<TopicPartition> found, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                foreach (var topic in await consumer.ListTopicsAsync(cancellation))
                {
                    if (topic.Name == _topic || _pattern?.IsMatch(topic.Name) == true)
                        found.UnionWith(topic.Partitions.Select(p => new TopicPartition(topic.Name, p.Partition)));
                }

                return found.Count > 0;
            }
            catch (KafkaException e) when (e.IsRetriable)
            {
                // No broker answers yet; the client has waited between its attempts.
            }
            catch (RegexMatchTimeoutException e)
            {
                throw new KafkaException(
                    ErrorCode.InvalidRegularExpression, $"{_pattern} takes longer than {e.MatchTimeout.TotalMilliseconds} ms to compare with the topic {e.Input}", e);
            }
        }
    }

    private ValueTask Place(KafkaConsumer consumer, IReadOnlyCollection<TopicPartition> partitions)
    {
        foreach (var partition in partitions)
        {
            long next;
            bool isKnown;
            lock (_lock)
                isKnown = _next.TryGetValue(partition, out next);
            if (isKnown)
                consumer.Seek(new TopicPartitionOffset(partition, next));
            else if (!_first.Contains(partition))
                consumer.SeekToBeginning(partition);
        }

        return ValueTask.CompletedTask;
    }

    // Also what the group took away; the position is known as long as this runs.
    private ValueTask Remember(KafkaConsumer consumer, IReadOnlyCollection<TopicPartition> partitions)
    {
        foreach (var partition in partitions)
        {
            if (consumer.Position(partition) is not { } position)
                continue;

            // What was handed out and is not printed yet is told by Done.
            lock (_lock)
                _next.TryAdd(partition, position.Offset);
        }

        return ValueTask.CompletedTask;
    }
}

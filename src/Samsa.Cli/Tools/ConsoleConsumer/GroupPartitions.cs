using System.Text.RegularExpressions;
using Samsa.Client.Consumer;

namespace Samsa.Cli.Tools.ConsoleConsumer;

/// <summary>
/// The partitions that a group gives this consumer, of one topic or of all that match a pattern: all of them when nobody else is in the group. The
/// client joins and leaves, and finds new partitions.
/// </summary>
internal sealed class GroupPartitions : IPartitionChoice
{
    private readonly string? _topic;
    private readonly Regex? _pattern;

    /// <summary>The partitions of a topic, which is made where the cluster does that.</summary>
    public GroupPartitions(string topic) => _topic = topic;

    /// <summary>The partitions of all topics with matching names.</summary>
    public GroupPartitions(Regex pattern) => _pattern = pattern;

    public Task RunAsync(KafkaConsumer consumer, Action<string> say, CancellationToken cancellation)
    {
        if (_topic is not null)
            consumer.Subscribe(_topic);
        else
            consumer.Subscribe(_pattern!);
        return Task.CompletedTask;
    }

    public void Done(KafkaConsumer consumer, TopicPartitionOffset next) => consumer.StoreOffset(next);
}

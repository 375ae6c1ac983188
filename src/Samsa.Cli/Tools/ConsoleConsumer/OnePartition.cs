using Samsa.Client.Consumer;

namespace Samsa.Cli.Tools.ConsoleConsumer;

/// <summary>One partition, from a place on.</summary>
internal sealed class OnePartition(string topic, int partition, long offset) : IPartitionChoice
{
    public Task RunAsync(KafkaConsumer consumer, Action<string> say, CancellationToken cancellation)
    {
        consumer.Assign(new TopicPartitionOffset(topic, partition, offset));
        return Task.CompletedTask;
    }

    public void Done(KafkaConsumer consumer, TopicPartitionOffset next)
    {
        // Nobody goes on from there: there is no group.
    }
}

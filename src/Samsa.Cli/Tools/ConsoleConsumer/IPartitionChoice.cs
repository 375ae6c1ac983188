using Samsa.Client;
using Samsa.Client.Consumer;

namespace Samsa.Cli.Tools.ConsoleConsumer;

/// <summary>Gives a consumer the partitions that it is to read, and keeps that up to date while it reads.</summary>
internal interface IPartitionChoice
{
    /// <summary>Assigns the partitions; ends when there is nothing more to do about them.</summary>
    /// <param name="consumer">The consumer.</param>
    /// <param name="say">Prints a line on standard error.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="KafkaException">They can never be read.</exception>
    Task RunAsync(KafkaConsumer consumer, Action<string> say, CancellationToken cancellation);

    /// <summary>Takes note that standard output has everything of a partition before a place.</summary>
    void Done(KafkaConsumer consumer, TopicPartitionOffset next);
}

using Samsa.Cli.Tools.Clusters;
using Samsa.Client;

namespace Samsa.Cli.Tools.ConsumerGroups;

/// <summary>A command about groups failed; the message is what <c>kafka-consumer-groups</c> prints behind its first words.</summary>
internal sealed class GroupCommandException(string message) : Exception(message)
{
    /// <summary>A failure of the client, by Kafka's name for it and the broker's words, or ours.</summary>
    public static GroupCommandException Of(KafkaException failure) => new($"{KafkaWords.ExceptionClass(failure.ErrorCode)}: {failure.Message}");
}

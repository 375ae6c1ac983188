using Samsa.Protocol;

namespace Samsa.Client.Diagnostics;

/// <summary>Names and values of OpenTelemetry's conventions for messaging, version 1.36, as far as they are used here.</summary>
internal static class MessagingTags
{
    public const string System = "messaging.system";
    public const string Kafka = "kafka";
    public const string ClientId = "messaging.client.id";
    public const string Group = "messaging.consumer.group.name";
    public const string Topic = "messaging.destination.name";
    public const string Partition = "messaging.destination.partition.id";
    public const string OperationName = "messaging.operation.name";
    public const string OperationType = "messaging.operation.type";
    public const string BatchCount = "messaging.batch.message_count";
    public const string BodySize = "messaging.message.body.size";
    public const string Offset = "messaging.kafka.offset";
    public const string Tombstone = "messaging.kafka.message.tombstone";
    public const string ServerAddress = "server.address";
    public const string ServerPort = "server.port";
    public const string ErrorType = "error.type";

    /// <summary>A record, or a produce request, on its way to a broker.</summary>
    public const string Send = "send";

    /// <summary>A fetch, or the records that it brought.</summary>
    public const string Poll = "poll";

    /// <summary>What the program does with a record.</summary>
    public const string Process = "process";

    /// <summary>The type of the operation <see cref="Poll"/>.</summary>
    public const string ReceiveType = "receive";

    public static readonly KeyValuePair<string, object?> SystemTag = new(System, Kafka);

    /// <summary>What <c>error.type</c> says: Kafka's name of the error, or the name of another exception's type.</summary>
    public static string ErrorTypeOf(Exception exception) =>
        exception is KafkaException { ErrorCode: var code } ? code.Name() : exception.GetType().FullName ?? "_OTHER";
}

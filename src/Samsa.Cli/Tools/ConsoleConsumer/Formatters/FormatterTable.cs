using Samsa.Protocol.Messages;

namespace Samsa.Cli.Tools.ConsoleConsumer.Formatters;

/// <summary>The formatters that come with Kafka, by the names of their classes.</summary>
internal static class FormatterTable
{
    /// <summary>The formatter that is used when none is named.</summary>
    public const string Default = Package + "DefaultMessageFormatter";

    private const string Package = "org.apache.kafka.tools.consumer.";
    private const string OldPackage = "kafka.tools.";
    private const string OldOffsets = "kafka.coordinator.group.GroupMetadataManager$OffsetsMessageFormatter";
    private const string OldGroups = "kafka.coordinator.group.GroupMetadataManager$GroupMetadataMessageFormatter";

    private static readonly short[] OffsetTypes = [0, 1];
    private static readonly short[] GroupTypes = [2];
    private static readonly short[] TransactionTypes = [0];

    /// <summary>Makes the formatter with a name.</summary>
    /// <param name="name">The class.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="console">Where names of before 3.8 are told to be old, as 3.9 does.</param>
    /// <param name="release">The release to follow; 4.3 does not have the old names any more.</param>
    /// <exception cref="ToolException">There is no such formatter; the message is the name, as in Kafka.</exception>
    public static IMessageFormatter Create(string name, IReadOnlyDictionary<string, string> settings, ToolConsole console, KafkaRelease release)
    {
        if (release == KafkaRelease.V39 && ReplacementOf(name) is { } replacement)
        {
            console.Error($"WARNING: {name} is deprecated and will be removed in the next major release. Please use {replacement} instead");

            // The two of the coordinator print otherwise than those that replace them.
            if (name is OldOffsets or OldGroups)
                return new GroupTextFormatter(groups: name == OldGroups);
            name = replacement;
        }

        return name switch
        {
            // The second one also logs each record, at a level that Kafka's tools do not print.
            Package + "DefaultMessageFormatter" or Package + "LoggingMessageFormatter" => new DefaultFormatter(settings, release),
            Package + "NoOpMessageFormatter" => new NoOpFormatter(),
            Package + "OffsetsMessageFormatter" => new CoordinatorFormatter(
                MessageKind.GroupKey, MessageKind.GroupValue, OffsetTypes, GroupTypes, release),
            Package + "GroupMetadataMessageFormatter" => new CoordinatorFormatter(
                MessageKind.GroupKey, MessageKind.GroupValue, GroupTypes, OffsetTypes, release),
            Package + "TransactionLogMessageFormatter" => new CoordinatorFormatter(
                MessageKind.TransactionKey, MessageKind.TransactionValue, TransactionTypes, [], release),
            _ => throw new ToolException(name, showOptions: true),
        };
    }

    private static string? ReplacementOf(string name) => name switch
    {
        OldPackage + "DefaultMessageFormatter" or OldPackage + "LoggingMessageFormatter" or OldPackage + "NoOpMessageFormatter" =>
            Package + name[OldPackage.Length..],
        OldOffsets => Package + "OffsetsMessageFormatter",
        OldGroups => Package + "GroupMetadataMessageFormatter",
        _ => null,
    };
}

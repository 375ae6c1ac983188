using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;
using Samsa.Protocol.Wire;

namespace Samsa.Cli.Tools.DumpLog;

/// <summary>
/// The records of a coordinator's topic as JSON: <c>__consumer_offsets</c>, <c>__share_group_state</c>, and
/// <c>__transaction_state</c> as 4.3 prints it. A record that cannot be read is said in its place, and the next one follows.
/// </summary>
internal sealed class CoordinatorFormat(MessageKind keys, MessageKind values, string topicOf) : IRecordFormat
{
    private const string ConsumerProtocol = "consumer";

    /// <summary>The records of <c>__consumer_offsets</c>.</summary>
    public static CoordinatorFormat Offsets() => new(MessageKind.GroupKey, MessageKind.GroupValue, "offset topic decoder");

    /// <summary>The records of <c>__transaction_state</c>.</summary>
    public static CoordinatorFormat Transactions() => new(MessageKind.TransactionKey, MessageKind.TransactionValue, "transaction topic decoder");

    /// <summary>The records of <c>__share_group_state</c>.</summary>
    public static CoordinatorFormat ShareState() => new(MessageKind.ShareKey, MessageKind.ShareValue, "share group state topic decoder");

    public (string? Key, string? Payload) Format(in RecordView record)
    {
        if (record.Key.IsNull)
            throw new ToolException($"Failed to decode message at offset {record.Offset} using {topicOf} (message had a missing key)");
        try
        {
            if (CoordinatorJson.Prefix(record.Key) is not { } type)
                throw new ProtocolViolationException($"The key has {record.Key.Length} bytes, too few for its type.");
            return MessageRegistry.Find(keys, type) is null
                ? ($"Unknown record type {type} at offset {record.Offset}, skipping.", null)
                : CoordinatorJson.Format(keys, values, type, record, Prepare);
        }
        catch (Exception e) when (e is ProtocolViolationException or UnsupportedVersionException)
        {
            return ($"Error at offset {record.Offset}, skipping. {e.Message}", null);
        }
    }

    /// <summary>The members of a classic consumer group keep two more messages in their bytes.</summary>
    private static void Prepare(IStoredMessage value, MessageJsonWriter json)
    {
        if (value is not GroupMetadataValue { ProtocolType: ConsumerProtocol })
            return;
        json.BytesHandler = (name, bytes) =>
        {
            // What lies in the bytes of the inner message is opaque.
            var handler = json.BytesHandler;
            json.BytesHandler = null;
            bool written = name switch
            {
                "subscription" => TryWrite(json, new ConsumerProtocolSubscription(), bytes, ConsumerProtocolSubscription.HighestVersion),
                "assignment" => TryWrite(json, new ConsumerProtocolAssignment(), bytes, ConsumerProtocolAssignment.HighestVersion),
                _ => false,
            };
            json.BytesHandler = handler;
            return written;
        };
    }

    private static bool TryWrite(MessageJsonWriter json, IStoredMessage message, ReadOnlyMemory<byte> bytes, short highest)
    {
        try
        {
            var reader = new WireReader(bytes);
            short version = reader.ReadInt16();
            if (version < 0 || version > highest)
                return false;
            message.Read(ref reader, version);
            message.WriteJson(json, version);
            return true;
        }
        catch (ProtocolViolationException)
        {
            // Not what the protocol's name promises: printed as bytes.
            return false;
        }
    }
}

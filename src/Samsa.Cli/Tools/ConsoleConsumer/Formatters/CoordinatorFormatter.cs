using System.Buffers;
using System.Text;
using Samsa.Cli.Tools.DumpLog;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;
using Samsa.Protocol.Wire;

namespace Samsa.Cli.Tools.ConsoleConsumer.Formatters;

/// <summary>
/// The records of a coordinator's topic as JSON, one behind the other without an end of line, as Kafka's formatters print them. Records of the
/// same topic that other formatters print are left out.
/// </summary>
/// <param name="keys">The kind of message that keys are.</param>
/// <param name="values">The kind of message that values are.</param>
/// <param name="printed">The types of the records that are printed.</param>
/// <param name="others">The types that are left out; 3.9 prints any further type as unknown, 4.3 leaves it out, too.</param>
/// <param name="release">The release to follow.</param>
internal sealed class CoordinatorFormatter(MessageKind keys, MessageKind values, short[] printed, short[] others, KafkaRelease release) : IMessageFormatter
{
    private const string Unknown = "unknown";

    public void Write(in RecordView record, in RecordPlace place, ArrayBufferWriter<byte> output)
    {
        if (record.Key.IsNull)
            return;
        short type = CoordinatorJson.Prefix(record.Key) ?? throw TooShort(record.Offset);
        bool isPrinted = printed.Contains(type);
        if (!isPrinted && (release == KafkaRelease.V43 || others.Contains(type)))
            return;
        try
        {
            var json = new MessageJsonWriter();
            json.BeginObject();
            json.Name("key");
            Write(json, release == KafkaRelease.V43 ? "type" : "version", type, isPrinted ? Read(keys, type, record.Key, 0) : null, 0);
            json.Name("value");
            if (record.Value.IsNull)
            {
                json.Null();
            }
            else
            {
                short version = CoordinatorJson.Prefix(record.Value) ?? throw TooShort(record.Offset);
                var descriptor = isPrinted ? MessageRegistry.Find(values, type) : null;
                bool isKnown = descriptor is not null && version >= descriptor.LowestVersion && version <= descriptor.HighestVersion;
                Write(json, "version", version, isKnown ? Read(values, type, record.Value, version) : null, version);
            }

            json.EndObject();
            Encoding.UTF8.GetBytes(json.ToString(), output);
        }
        catch (Exception e) when (e is ProtocolViolationException or UnsupportedVersionException)
        {
            throw new MessageException($"the record at offset {record.Offset} cannot be read: {e.Message}");
        }
    }

    private static MessageException TooShort(long offset) =>
        new($"java.nio.BufferUnderflowException: key or value of the record at offset {offset} have too few bytes for their type or version");

    private static IStoredMessage Read(MessageKind kind, short type, OptionalBytes bytes, short version) =>
        CoordinatorJson.Read((IStoredMessage)MessageRegistry.Find(kind, type)!.Create(), bytes, out _, version);

    private static void Write(MessageJsonWriter json, string name, short number, IStoredMessage? message, short version)
    {
        json.BeginObject();
        json.Name(name);
        json.Value(number);
        json.Name("data");
        if (message is null)
            json.Value(Unknown);
        else
            message.WriteJson(json, version);
        json.EndObject();
    }
}

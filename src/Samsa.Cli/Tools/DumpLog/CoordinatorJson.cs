using System.Buffers.Binary;
using System.Globalization;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;
using Samsa.Protocol.Wire;

namespace Samsa.Cli.Tools.DumpLog;

/// <summary>
/// Keys and values of the coordinators' topics: an int16, then a message. In a key it is the type of the record, in a value the
/// version. Printed as <c>{"type":"1","data":{..}}</c> and <c>{"version":"3","data":{..}}</c>.
/// </summary>
internal static class CoordinatorJson
{
    /// <summary>What stands for the value of a tombstone.</summary>
    public const string Deleted = "<DELETE>";

    /// <summary>The int16 at the start; null when there are fewer bytes.</summary>
    public static short? Prefix(OptionalBytes bytes) =>
        bytes.Length < sizeof(short) ? null : BinaryPrimitives.ReadInt16BigEndian(bytes.Span);

    /// <summary>The texts of a record whose key has a known type.</summary>
    /// <param name="keys">The kind of message that keys are.</param>
    /// <param name="values">The kind of message that values are.</param>
    /// <param name="type">The type of the record.</param>
    /// <param name="record">The record.</param>
    /// <param name="prepare">Looks at a value before it is written; null for nothing to do.</param>
    /// <exception cref="ProtocolViolationException">The bytes do not hold the messages.</exception>
    /// <exception cref="UnsupportedVersionException">The value has a version that is not known.</exception>
    public static (string Key, string Payload) Format(
        MessageKind keys, MessageKind values, short type, in RecordView record, Action<IStoredMessage, MessageJsonWriter>? prepare = null)
    {
        var key = Read(Create(keys, type), record.Key, out _, versionOfMessage: 0);
        string keyText = Wrap("type", type, key, 0, prepare: null);
        if (record.Value.IsNull)
            return (keyText, Deleted);
        var value = Read(Create(values, type), record.Value, out short version);
        return (keyText, Wrap("version", version, value, version, prepare));
    }

    /// <summary>Reads the message behind the int16.</summary>
    /// <param name="message">An empty message.</param>
    /// <param name="bytes">The key or value.</param>
    /// <param name="prefix">The int16.</param>
    /// <param name="versionOfMessage">The version to read; null for the one that the int16 names.</param>
    /// <exception cref="ProtocolViolationException">The bytes do not hold the message.</exception>
    /// <exception cref="UnsupportedVersionException">The message has no such version.</exception>
    public static T Read<T>(T message, OptionalBytes bytes, out short prefix, short? versionOfMessage = null) where T : IStoredMessage
    {
        var reader = new WireReader(bytes.ToArray() ?? []);
        prefix = reader.ReadInt16();
        message.Read(ref reader, versionOfMessage ?? prefix);
        return message;
    }

    private static IStoredMessage Create(MessageKind kind, short type) =>
        MessageRegistry.Find(kind, type)?.Create() as IStoredMessage
        ?? throw new UnsupportedVersionException($"There is no {kind} of type {type}.");

    private static string Wrap(string name, short number, IStoredMessage message, short version, Action<IStoredMessage, MessageJsonWriter>? prepare)
    {
        var json = new MessageJsonWriter();
        prepare?.Invoke(message, json);
        json.BeginObject();
        json.Name(name);
        json.Value(number.ToString(CultureInfo.InvariantCulture));
        json.Name("data");
        message.WriteJson(json, version);
        json.EndObject();
        return json.ToString();
    }
}

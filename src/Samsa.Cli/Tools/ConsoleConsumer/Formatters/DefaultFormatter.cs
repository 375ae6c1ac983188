using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Samsa.Protocol.Records;

namespace Samsa.Cli.Tools.ConsoleConsumer.Formatters;

/// <summary>
/// A record as the parts that the settings ask for, separated, with an end of line behind. Keys, values and headers are the bytes that they are
/// unless a deserializer makes text of them. Nothing is allocated per record without one.
/// </summary>
internal sealed class DefaultFormatter : IMessageFormatter
{
    private const string NotPresent = "NOT_PRESENT";

    private readonly bool _timestamp;
    private readonly bool _partition;
    private readonly bool _offset;
    private readonly bool _delivery;
    private readonly bool _epoch;
    private readonly bool _headers;
    private readonly bool _key;
    private readonly bool _value;
    private readonly byte[] _separator;
    private readonly byte[] _lineEnd;
    private readonly byte[] _headersSeparator;
    private readonly byte[] _null;
    private readonly JavaDeserializer.Writer? _keys;
    private readonly JavaDeserializer.Writer? _values;
    private readonly JavaDeserializer.Writer? _headerValues;

    /// <param name="settings">Kafka's settings of the formatter.</param>
    /// <param name="release">The release to follow: 3.9 knows neither epochs nor deliveries.</param>
    /// <exception cref="ToolException">A deserializer is unknown.</exception>
    public DefaultFormatter(IReadOnlyDictionary<string, string> settings, KafkaRelease release)
    {
        _timestamp = IsTrue("print.timestamp", false);
        _partition = IsTrue("print.partition", false);
        _offset = IsTrue("print.offset", false);
        _delivery = release == KafkaRelease.V43 && IsTrue("print.delivery", false);
        _epoch = release == KafkaRelease.V43 && IsTrue("print.epoch", false);
        _headers = IsTrue("print.headers", false);
        _key = IsTrue("print.key", false);
        _value = IsTrue("print.value", true);
        _separator = Bytes("key.separator", "\t");
        _lineEnd = Bytes("line.separator", "\n");
        _headersSeparator = Bytes("headers.separator", ",");
        _null = Bytes("null.literal", "null");
        _keys = JavaDeserializer.Find(settings, "key");
        _values = JavaDeserializer.Find(settings, "value");
        _headerValues = JavaDeserializer.Find(settings, "headers");

        bool IsTrue(string key, bool otherwise) =>
            settings.TryGetValue(key, out string? value) ? value.Trim().Equals("true", StringComparison.OrdinalIgnoreCase) : otherwise;

        byte[] Bytes(string key, string otherwise) => Encoding.UTF8.GetBytes(settings.GetValueOrDefault(key, otherwise));
    }

    public void Write(in RecordView record, in RecordPlace place, ArrayBufferWriter<byte> output)
    {
        if (_timestamp)
        {
            WriteTimestamp(record.Timestamp, place.TimestampType, output);
            End(_partition || _offset || _delivery || _epoch || _headers || _key || _value, output);
        }

        if (_partition)
        {
            output.Write("Partition:"u8);
            Number(place.Partition, output);
            End(_offset || _delivery || _epoch || _headers || _key || _value, output);
        }

        if (_offset)
        {
            output.Write("Offset:"u8);
            Number(record.Offset, output);
            End(_delivery || _epoch || _headers || _key || _value, output);
        }

        if (_delivery)
        {
            // Only records of a share group are counted.
            Encoding.UTF8.GetBytes("Delivery:" + NotPresent, output);
            End(_epoch || _headers || _key || _value, output);
        }

        if (_epoch)
        {
            output.Write("Epoch:"u8);
            if (place.LeaderEpoch >= 0)
                Number(place.LeaderEpoch, output);
            else
                Encoding.UTF8.GetBytes(NotPresent, output);
            End(_headers || _key || _value, output);
        }

        if (_headers)
        {
            WriteHeaders(record.Headers, output);
            End(_key || _value, output);
        }

        if (_key)
        {
            WriteBytes(record.Key, _keys, output);
            End(_value, output);
        }

        if (_value)
        {
            WriteBytes(record.Value, _values, output);
            output.Write(_lineEnd);
        }
    }

    private static void WriteTimestamp(long timestamp, TimestampType type, ArrayBufferWriter<byte> output)
    {
        if (type == TimestampType.NoTimestamp)
        {
            output.Write("NO_TIMESTAMP"u8);
            return;
        }

        output.Write(type == TimestampType.CreateTime ? "CreateTime:"u8 : "LogAppendTime:"u8);
        Number(timestamp, output);
    }

    private static void Number(long number, ArrayBufferWriter<byte> output)
    {
        const int MostDigits = 20;
        Utf8Formatter.TryFormat(number, output.GetSpan(MostDigits), out int written);
        output.Advance(written);
    }

    private void WriteHeaders(RecordHeaders headers, ArrayBufferWriter<byte> output)
    {
        if (headers.Count == 0)
        {
            output.Write("NO_HEADERS"u8);
            return;
        }

        bool isFirst = true;
        foreach (var header in headers)
        {
            if (!isFirst)
                output.Write(_headersSeparator);
            isFirst = false;
            output.Write(header.Key);
            output.Write(":"u8);
            WriteBytes(header.Value, _headerValues, output);
        }
    }

    // A deserializer gets the text for null, too: so does Kafka's.
    private void WriteBytes(OptionalBytes bytes, JavaDeserializer.Writer? deserializer, ArrayBufferWriter<byte> output)
    {
        var present = bytes.IsNull ? _null : bytes.Span;
        if (deserializer is null)
            output.Write(present);
        else
            deserializer(present, output);
    }

    private void End(bool more, ArrayBufferWriter<byte> output) => output.Write(more ? _separator : _lineEnd);
}

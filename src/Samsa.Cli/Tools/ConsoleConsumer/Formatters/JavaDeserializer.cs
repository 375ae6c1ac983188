using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Samsa.Protocol.Messages;

namespace Samsa.Cli.Tools.ConsoleConsumer.Formatters;

/// <summary>
/// The deserializers that come with Kafka, by the names of their classes, and what Java prints for what they make. Classes of the user's own
/// cannot run here, because they are Java.
/// </summary>
internal static class JavaDeserializer
{
    private const string Package = "org.apache.kafka.common.serialization.";
    private const string SerializationException = "org.apache.kafka.common.errors.SerializationException: ";

    /// <summary>Writes bytes as text.</summary>
    /// <exception cref="MessageException">The bytes are nothing that the deserializer reads.</exception>
    public delegate void Writer(ReadOnlySpan<byte> bytes, ArrayBufferWriter<byte> output);

    /// <summary>The deserializer that the settings name for keys, values or headers; null when they name none.</summary>
    /// <exception cref="ToolException">It is none that comes with Kafka.</exception>
    public static Writer? Find(IReadOnlyDictionary<string, string> settings, string part)
    {
        string setting = part + ".deserializer";
        if (!settings.TryGetValue(setting, out string? name))
            return null;
        string simple = name.StartsWith(Package, StringComparison.Ordinal) ? name[Package.Length..] : "";
        if (simple == "StringDeserializer")
        {
            string? encoding = settings.GetValueOrDefault($"{setting}.{setting}.encoding") ?? settings.GetValueOrDefault(setting + ".deserializer.encoding");
            return Text(EncodingOf(encoding ?? "UTF-8"));
        }

        return Find(simple) ?? throw new ToolException(
            $"Unable to instantiate a deserializer from {name}: Samsa runs no Java classes; there are {Package}StringDeserializer, Integer-, Long-, "
            + "Short-, Double-, Float-, Boolean-, UUID-, Bytes-, ByteArray-, ByteBuffer- and VoidDeserializer", showOptions: true);
    }

    private static Writer? Find(string simpleName) => simpleName switch
    {
        "IntegerDeserializer" => static (bytes, output) => Number(BinaryPrimitives.ReadInt32BigEndian(Sized(bytes, sizeof(int), "IntegerDeserializer")), output),
        "LongDeserializer" => static (bytes, output) => Number(BinaryPrimitives.ReadInt64BigEndian(Sized(bytes, sizeof(long), "LongDeserializer")), output),
        "ShortDeserializer" => static (bytes, output) => Number(BinaryPrimitives.ReadInt16BigEndian(Sized(bytes, sizeof(short), "ShortDeserializer")), output),
        "DoubleDeserializer" => static (bytes, output) =>
            Write(JavaText(BinaryPrimitives.ReadDoubleBigEndian(Sized(bytes, sizeof(double), "Deserializer"))), output),
        "FloatDeserializer" => WriteFloat,
        "BooleanDeserializer" => static (bytes, output) => Write(BooleanText(Sized(bytes, 1, "BooleanDeserializer")[0]), output),
        "UUIDDeserializer" => static (bytes, output) => Write(
            Guid.TryParseExact(Encoding.UTF8.GetString(bytes), "D", out var id)
                ? id.ToString("D")
                : throw new MessageException(SerializationException + "Error parsing data into UUID"),
            output),
        "BytesDeserializer" => Escaped,

        // Java prints the address of an array in memory; its letters tell more.
        "ByteArrayDeserializer" => static (bytes, output) => Write(Convert.ToHexStringLower(bytes), output),
        "ByteBufferDeserializer" => static (bytes, output) => Write($"java.nio.HeapByteBuffer[pos=0 lim={bytes.Length} cap={bytes.Length}]", output),
        "VoidDeserializer" => static (_, _) =>
            throw new MessageException("java.lang.IllegalArgumentException: Data should be null for a VoidDeserializer."),
        _ => null,
    };

    private static Writer Text(Encoding encoding) => (bytes, output) => Write(encoding.GetString(bytes), output);

    private static Encoding EncodingOf(string name)
    {
        try
        {
            // What Java calls UTF-16 has the order of the network.
            return name.Equals("UTF-16", StringComparison.OrdinalIgnoreCase) ? Encoding.BigEndianUnicode : Encoding.GetEncoding(name);
        }
        catch (ArgumentException)
        {
            throw new ToolException($"the encoding {name} is unknown", showOptions: true);
        }
    }

    private static ReadOnlySpan<byte> Sized(ReadOnlySpan<byte> bytes, int size, string name) => bytes.Length == size
        ? bytes
        : throw new MessageException($"{SerializationException}Size of data received by {name} is not {size}");

    private static string BooleanText(byte one) => one switch
    {
        0 => "false",
        1 => "true",
        _ => throw new MessageException($"{SerializationException}Unexpected byte received by BooleanDeserializer: {(sbyte)one}"),
    };

    private static string JavaText(double number)
    {
        var json = new MessageJsonWriter();
        json.Value(number);
        return json.ToString().Trim('"');
    }

    private static void Escaped(ReadOnlySpan<byte> bytes, ArrayBufferWriter<byte> output)
    {
        foreach (byte one in bytes)
        {
            if (one is >= (byte)' ' and <= (byte)'~' and not (byte)'\\')
                output.Write([one]);
            else
                Write($"\\x{one:X2}", output);
        }
    }

    // The shortest digits of a float are other ones than those of the same number as a double.
    private static void WriteFloat(ReadOnlySpan<byte> bytes, ArrayBufferWriter<byte> output)
    {
        string digits = BinaryPrimitives.ReadSingleBigEndian(Sized(bytes, sizeof(float), "Deserializer")).ToString("R", CultureInfo.InvariantCulture);
        Write(JavaText(double.Parse(digits, CultureInfo.InvariantCulture)), output);
    }

    private static void Number(long number, ArrayBufferWriter<byte> output) => Write(number.ToString(CultureInfo.InvariantCulture), output);

    private static void Write(string text, ArrayBufferWriter<byte> output) => Encoding.UTF8.GetBytes(text, output);
}

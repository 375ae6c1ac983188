using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Samsa.Broker.Metadata.Znodes;

/// <summary>
/// Reads and writes the JSON of nodes as Kafka does: no blanks, no newline at the end, only what JSON requires is escaped. What is
/// read may have more fields, and numbers as texts, as older versions wrote them.
/// </summary>
internal static class ZnodeJson
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write<TState>(TState state, Action<Utf8JsonWriter, TState> fields)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, Plain))
        {
            writer.WriteStartObject();
            fields(writer, state);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>For what has more than one value: a state of value types would be compiled anew with every start.</summary>
    public static byte[] Write(Action<Utf8JsonWriter> fields) => Write(fields, static (writer, fields) => fields(writer));

    public static void WriteNumbers(Utf8JsonWriter writer, string name, IEnumerable<int> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
        {
            writer.WriteNumberValue(value);
        }

        writer.WriteEndArray();
    }

    /// <summary>Reads the object that a node holds; whatever does not fit becomes an error that names the node.</summary>
    /// <exception cref="ZnodeFormatException">It holds something else.</exception>
    public static TResult Read<TResult>(string path, ReadOnlyMemory<byte> data, Func<JsonElement, TResult> read)
    {
        try
        {
            using var document = JsonDocument.Parse(data);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? read(document.RootElement)
                : throw new ZnodeFormatException(path, $"an object was expected, there is a {document.RootElement.ValueKind}");
        }
        catch (Exception wrong) when (wrong is JsonException or FormatException or InvalidOperationException or KeyNotFoundException
            or OverflowException)
        {
            throw new ZnodeFormatException(path, wrong.Message, wrong);
        }
    }

    public static int Int32(JsonElement parent, string name, int? otherwise = null) => checked((int)Int64(parent, name, otherwise));

    public static long Int64(JsonElement parent, string name, long? otherwise = null)
    {
        if (!parent.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return otherwise ?? throw new FormatException($"{name} is missing");
        }

        return value.ValueKind == JsonValueKind.String
            ? long.Parse(value.GetString()!, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)
            : value.GetInt64();
    }

    public static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.GetString() : null;

    public static int[] Numbers(JsonElement array)
    {
        var values = new int[array.GetArrayLength()];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = array[i].GetInt32();
        }

        return values;
    }

    /// <summary>The texts of an object in an object; none when it is not there.</summary>
    public static Dictionary<string, string> Texts(JsonElement parent, string name)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        if (parent.TryGetProperty(name, out var values) && values.ValueKind != JsonValueKind.Null)
        {
            foreach (var property in values.EnumerateObject())
            {
                texts[property.Name] = property.Value.GetString() ?? throw new FormatException($"{property.Name} is null");
            }
        }

        return texts;
    }
}

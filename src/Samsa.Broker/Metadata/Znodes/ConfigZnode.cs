namespace Samsa.Broker.Metadata.Znodes;

/// <summary><c>/config/KIND/NAME</c>: the values set for one topic, broker or group; texts, whatever their type.</summary>
internal static class ConfigZnode
{
    public static byte[] Encode(IReadOnlyDictionary<string, string> values) => ZnodeJson.Write(values, static (writer, values) =>
    {
        writer.WriteNumber("version", 1);
        writer.WriteStartObject("config");
        foreach (var (name, value) in values.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            writer.WriteString(name, value);
        }

        writer.WriteEndObject();
    });

    /// <summary>The values; none where there is no node or no data.</summary>
    /// <exception cref="ZnodeFormatException">It is no such node.</exception>
    public static Dictionary<string, string> Decode(string path, ReadOnlyMemory<byte>? data) =>
        data is { Length: > 0 } bytes ? ZnodeJson.Read(path, bytes, static root => ZnodeJson.Texts(root, "config")) : new Dictionary<string, string>(StringComparer.Ordinal);
}

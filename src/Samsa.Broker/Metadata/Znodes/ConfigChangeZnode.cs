namespace Samsa.Broker.Metadata.Znodes;

/// <summary>
/// <c>/config/changes/config_change_SEQ</c>: tells every broker whose values changed. Version 2 names a path below /config; version
/// 1, of Kafka before 0.9.1, an entity's kind and name.
/// </summary>
internal static class ConfigChangeZnode
{
    /// <param name="entity">Such as <c>topics/foo</c> or <c>brokers/&lt;default&gt;</c>.</param>
    public static byte[] Encode(string entity) => ZnodeJson.Write(entity, static (writer, entity) =>
    {
        writer.WriteNumber("version", 2);
        writer.WriteString("entity_path", entity);
    });

    /// <summary>The entity: its kind and name as they are in the path.</summary>
    /// <exception cref="ZnodeFormatException">It is no such node.</exception>
    public static (string Kind, string Name) Decode(string path, ReadOnlyMemory<byte> data) => ZnodeJson.Read(path, data, static root =>
    {
        if (ZnodeJson.Text(root, "entity_path") is not { } entity)
        {
            return (Required(ZnodeJson.Text(root, "entity_type")), Required(ZnodeJson.Text(root, "entity_name")));
        }

        var slash = entity.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 ? (entity[..slash], entity[(slash + 1)..]) : throw new FormatException($"'{entity}' is no path of an entity");
    });

    private static string Required(string? text) => text ?? throw new FormatException("no entity is named");
}

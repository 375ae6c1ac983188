namespace Samsa.Broker.Metadata.Znodes;

/// <summary><c>/cluster/id</c>: the cluster's id, made once.</summary>
internal static class ClusterIdZnode
{
    public static byte[] Encode(string id) => ZnodeJson.Write(id, static (writer, id) =>
    {
        writer.WriteString("version", "1");
        writer.WriteString("id", id);
    });

    /// <exception cref="ZnodeFormatException">It is no such node.</exception>
    public static string Decode(ReadOnlyMemory<byte> data) => ZnodeJson.Read(
        ZnodePaths.ClusterId, data, static root => ZnodeJson.Text(root, "id") ?? throw new FormatException("there is no id"));
}

namespace Samsa.Broker.Metadata.Znodes;

/// <summary><c>/feature</c>: the finalized features (KIP-584). Kafka 3.9 in ZooKeeper mode has none, and has them enabled.</summary>
internal static class FeatureZnode
{
    private const int Enabled = 1;

    public static byte[] Encode() => ZnodeJson.Write(Enabled, static (writer, status) =>
    {
        writer.WriteStartObject("features");
        writer.WriteEndObject();
        writer.WriteNumber("version", 2);
        writer.WriteNumber("status", status);
    });
}

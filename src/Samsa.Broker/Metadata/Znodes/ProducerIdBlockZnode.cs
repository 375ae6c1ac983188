using System.Globalization;

namespace Samsa.Broker.Metadata.Znodes;

/// <summary><c>/latest_producer_id_block</c>: the producer ids handed out last, both ends included, and to whom.</summary>
internal static class ProducerIdBlockZnode
{
    public static byte[] Encode(int broker, ProducerIdBlock block) => ZnodeJson.Write(writer =>
    {
        writer.WriteNumber("version", 1);
        writer.WriteNumber("broker", broker);
        writer.WriteString("block_start", block.First.ToString(CultureInfo.InvariantCulture));
        writer.WriteString("block_end", (block.First + block.Length - 1).ToString(CultureInfo.InvariantCulture));
    });

    /// <summary>The first id that nobody has. No data: nobody has one.</summary>
    /// <exception cref="ZnodeFormatException">It is no such node.</exception>
    public static long DecodeNext(ReadOnlyMemory<byte>? data) => data is { Length: > 0 } bytes
        ? ZnodeJson.Read(ZnodePaths.ProducerIdBlock, bytes, static root => checked(ZnodeJson.Int64(root, "block_end") + 1))
        : 0;
}

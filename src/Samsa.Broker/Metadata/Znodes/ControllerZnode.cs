using System.Globalization;

namespace Samsa.Broker.Metadata.Znodes;

/// <summary><c>/controller</c>: the broker that decides, as long as its session lives.</summary>
internal static class ControllerZnode
{
    public static byte[] Encode(int brokerId, long timestamp) => ZnodeJson.Write(writer =>
    {
        writer.WriteNumber("version", 2);
        writer.WriteNumber("brokerid", brokerId);
        writer.WriteString("timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        writer.WriteNumber("kraftControllerEpoch", -1);
    });

    /// <exception cref="ZnodeFormatException">It is no such node.</exception>
    public static int Decode(ReadOnlyMemory<byte> data) =>
        ZnodeJson.Read(ZnodePaths.Controller, data, static root => ZnodeJson.Int32(root, "brokerid"));
}

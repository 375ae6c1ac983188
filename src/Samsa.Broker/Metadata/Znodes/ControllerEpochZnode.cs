using System.Globalization;
using System.Text;

namespace Samsa.Broker.Metadata.Znodes;

/// <summary><c>/controller_epoch</c>: how often a controller was elected, as decimal digits.</summary>
internal static class ControllerEpochZnode
{
    public static byte[] Encode(int epoch) => Encoding.ASCII.GetBytes(epoch.ToString(CultureInfo.InvariantCulture));

    /// <exception cref="ZnodeFormatException">It is no such node.</exception>
    public static int Decode(ReadOnlyMemory<byte> data) =>
        int.TryParse(data.Span, NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            ? epoch
            : throw new ZnodeFormatException(ZnodePaths.ControllerEpoch, "there are no digits");
}

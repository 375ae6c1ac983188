using System.Globalization;
using System.Text;

namespace Samsa.Bench.ClientLoad;

/// <summary>Text that compresses about as well as JSON logs do; byte for byte that of load.c.</summary>
internal static class Payloads
{
    private static readonly string[] Words =
        ["order", "customer", "amount", "currency", "status", "accepted", "timestamp", "region", "\":\"", "\",\""];

    public static byte[][] Make(int variants, int size) => [.. Enumerable.Range(1, variants).Select(seed => Make(size, seed: (uint)seed))];

    public static byte[] Make(int size, uint seed)
    {
        byte[] payload = new byte[size];
        for (int at = 0; at < size;)
        {
            seed = unchecked(seed * 1103515245u + 12345u);
            string piece = (seed >> 16) % 3 != 0 ? Words[(seed >> 18) % 10] : (seed >> 8).ToString(CultureInfo.InvariantCulture);
            int length = Math.Min(piece.Length, size - at);
            Encoding.ASCII.GetBytes(piece.AsSpan(0, length), payload.AsSpan(at));
            at += length;
        }

        return payload;
    }
}

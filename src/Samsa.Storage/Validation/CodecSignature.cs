using Samsa.Protocol.Records;

namespace Samsa.Storage.Validation;

/// <summary>
/// A look at the first bytes of a compressed payload: enough to see a batch whose attributes name the wrong codec without
/// inflating it.
/// </summary>
internal static class CodecSignature
{
    // RFC 8878 section 3.1.2: a zstd stream may begin with a skippable frame, 0x184D2A50 to 5F.
    private const byte SkippableFrame = 0x50;

    // The framing of snappy-java, which all clients but a few write.
    private static ReadOnlySpan<byte> SnappyHeader => [0x82, (byte)'S', (byte)'N', (byte)'A', (byte)'P', (byte)'P', (byte)'Y', 0];

    /// <summary>False when the first bytes say nothing: snappy may come as one raw block, which has no mark of its own.</summary>
    internal static bool CanTell(CompressionType codec, ReadOnlySpan<byte> payload) =>
        codec != CompressionType.Snappy || payload.StartsWith(SnappyHeader);

    /// <summary>False when the payload cannot be of this codec. Only asked where <see cref="CanTell"/>.</summary>
    internal static bool Fits(CompressionType codec, ReadOnlySpan<byte> payload) => codec switch
    {
        CompressionType.Gzip => payload.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]),
        CompressionType.Lz4 => payload.StartsWith((ReadOnlySpan<byte>)[0x04, 0x22, 0x4d, 0x18]),
        CompressionType.Zstd => payload.StartsWith((ReadOnlySpan<byte>)[0x28, 0xb5, 0x2f, 0xfd])
            || (payload.Length > 4 && (payload[0] & 0xf0) == SkippableFrame && payload[1..4].SequenceEqual((ReadOnlySpan<byte>)[0x2a, 0x4d, 0x18])),
        _ => payload.StartsWith(SnappyHeader),
    };
}

using System.Buffers;
using Samsa.Protocol.Records;

namespace Samsa.Protocol.Compression;

/// <summary>The door to all codecs. Any thread may enter; native contexts are kept per thread.</summary>
public static class Compressor
{
    /// <summary>Appends the compressed form of <paramref name="source"/> to <paramref name="destination"/>, framed as Apache Kafka frames it.</summary>
    /// <param name="type">The codec; None copies.</param>
    /// <param name="level">The level (<see cref="CompressionLevels"/>), or null for Kafka's default.</param>
    /// <param name="source">The bytes to compress.</param>
    /// <param name="destination">Takes the result.</param>
    /// <param name="magic">The record format: magic 0 has lz4 frames with the wrong header checksum of old clients.</param>
    /// <exception cref="CodecUnavailableException">The codec's library is missing.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The codec or the level does not exist.</exception>
    public static void Compress(
        CompressionType type, int? level, ReadOnlySpan<byte> source, IBufferWriter<byte> destination, sbyte magic = RecordBatch.CurrentMagic)
    {
        ArgumentNullException.ThrowIfNull(destination);
        switch (type)
        {
            case CompressionType.None:
                destination.Write(source);
                break;
            case CompressionType.Gzip:
                GzipCodec.Compress(source, CompressionLevels.Resolve(type, level), destination);
                break;
            case CompressionType.Snappy:
                SnappyCodec.Compress(source, destination);
                break;
            case CompressionType.Lz4:
                Lz4Codec.Compress(source, CompressionLevels.Resolve(type, level), destination, brokenHeaderChecksum: magic == 0);
                break;
            case CompressionType.Zstd:
                ZstdCodec.Compress(source, CompressionLevels.Resolve(type, level), destination);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, "The codec does not exist.");
        }
    }

    /// <summary>
    /// Appends what <paramref name="source"/> decompresses to to <paramref name="destination"/>, up to a limit. Unless the
    /// status is <see cref="DecompressionStatus.Done"/> the destination holds an undefined part of the output.
    /// </summary>
    /// <param name="type">The codec; None copies.</param>
    /// <param name="source">The compressed bytes.</param>
    /// <param name="destination">Takes the result.</param>
    /// <param name="maxOutput">The most bytes to append.</param>
    /// <param name="magic">The record format: in magic 0 the header checksum of lz4 frames is not looked at.</param>
    /// <exception cref="CodecUnavailableException">The codec's library is missing.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The codec does not exist.</exception>
    public static DecompressionStatus Decompress(
        CompressionType type, ReadOnlySpan<byte> source, PooledBuffer destination, int maxOutput, sbyte magic = RecordBatch.CurrentMagic)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentOutOfRangeException.ThrowIfNegative(maxOutput);
        switch (type)
        {
            case CompressionType.None:
                if (source.Length > maxOutput)
                {
                    return DecompressionStatus.TooLarge;
                }

                destination.Write(source);
                return DecompressionStatus.Done;
            case CompressionType.Gzip:
                return GzipCodec.Decompress(source, destination, maxOutput);
            case CompressionType.Snappy:
                return SnappyCodec.Decompress(source, destination, maxOutput);
            case CompressionType.Lz4:
                return Lz4Codec.Decompress(source, destination, maxOutput, ignoreHeaderChecksum: magic == 0);
            case CompressionType.Zstd:
                return ZstdCodec.Decompress(source, destination, maxOutput);
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, "The codec does not exist.");
        }
    }
}

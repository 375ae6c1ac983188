using System.Buffers;
using Samsa.Protocol.Records;

namespace Samsa.Protocol.Compression;

/// <summary>The door to all codecs.</summary>
public static class Compressor
{
    /// <summary>
    /// Appends the compressed form of <paramref name="source"/> to <paramref name="destination"/>.
    /// </summary>
    /// <param name="type">The codec; None copies.</param>
    /// <param name="level">The level, or null for Kafka's default.</param>
    /// <param name="source">The bytes to compress.</param>
    /// <param name="destination">Takes the result.</param>
    /// <exception cref="CodecUnavailableException">The codec's library is missing.</exception>
    public static void Compress(CompressionType type, int? level, ReadOnlySpan<byte> source, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (type != CompressionType.None)
        {
            throw new CodecUnavailableException($"The codec {type} is not part of this build.");
        }

        destination.Write(source);
    }
}

using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using Samsa.Protocol.Records;

namespace Samsa.Protocol.Compression;

/// <summary>gzip (RFC 1952) over the framework's deflate. Header and trailer are written here so that they are Java's.</summary>
internal static class GzipCodec
{
    private const int MinFrameSize = 18;
    private const int ChunkSize = 16 * 1024;
    private const int ZlibDefaultLevel = 6;

    /// <summary>Deflate, no flags, no time, no extra flags, unknown system: what java.util.zip writes since JDK 16.</summary>
    private static ReadOnlySpan<byte> Header => [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

    /// <summary>One empty final block with fixed codes; the framework writes nothing at all for empty input.</summary>
    private static ReadOnlySpan<byte> EmptyDeflate => [3, 0];

    public static void Compress(ReadOnlySpan<byte> source, int level, IBufferWriter<byte> destination)
    {
        destination.Write(Header);
        if (source.IsEmpty)
        {
            destination.Write(EmptyDeflate);
        }
        else
        {
            var options = new ZLibCompressionOptions
            {
                CompressionLevel = level == CompressionLevels.GzipDefault ? ZlibDefaultLevel : level,
            };
            using var stream = new BufferWriterStream(destination);
            using var deflate = new DeflateStream(stream, options, leaveOpen: true);
            deflate.Write(source);
        }

        var trailer = destination.GetSpan(8);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, Crc32.Compute(source));
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[4..], (uint)source.Length);
        destination.Advance(8);
    }

    public static unsafe DecompressionStatus Decompress(ReadOnlySpan<byte> source, PooledBuffer destination, int maxOutput)
    {
        // The framework takes input that ends inside the header for an empty stream.
        if (source.Length < MinFrameSize)
        {
            return DecompressionStatus.Corrupt;
        }

        fixed (byte* start = source)
        {
            using var input = new GzipInput(start, source.Length);
            using var gzip = new GZipStream(input, CompressionMode.Decompress);
            var left = maxOutput;
            try
            {
                while (true)
                {
                    // One byte over the limit tells a full output from one that is too large.
                    var chunk = destination.GetSpan((int)Math.Min(ChunkSize, left + 1L));
                    var read = gzip.Read(chunk[..(int)Math.Min(chunk.Length, left + 1L)]);
                    if (read == 0)
                    {
                        return input.WasExhausted ? DecompressionStatus.Corrupt : DecompressionStatus.Done;
                    }

                    if (read > left)
                    {
                        return DecompressionStatus.TooLarge;
                    }

                    destination.Advance(read);
                    left -= read;
                }
            }
            catch (InvalidDataException)
            {
                return DecompressionStatus.Corrupt;
            }
        }
    }
}

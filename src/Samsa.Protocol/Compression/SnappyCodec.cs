using System.Buffers;
using System.Buffers.Binary;

namespace Samsa.Protocol.Compression;

/// <summary>
/// Snappy in the framing of snappy-java ("xerial"): a 16-byte header, then blocks of at most 32 KiB, each an int32 size and a
/// raw snappy block. Some clients send one raw block without framing, which Kafka's decompressor takes too.
/// </summary>
internal static class SnappyCodec
{
    private const int BlockSize = 32 * 1024;
    private const int HeaderSize = 16;
    private const int MinVersion = 1;

    private static ReadOnlySpan<byte> Header => [0x82, (byte)'S', (byte)'N', (byte)'A', (byte)'P', (byte)'P', (byte)'Y', 0, 0, 0, 0, 1, 0, 0, 0, 1];

    private static ReadOnlySpan<byte> Magic => Header[..8];

    public static void Compress(ReadOnlySpan<byte> source, IBufferWriter<byte> destination)
    {
        destination.Write(Header);
        while (!source.IsEmpty)
        {
            var block = source[..Math.Min(BlockSize, source.Length)];
            source = source[block.Length..];
            var target = destination.GetSpan(4 + SnappyBlock.MaxCompressedSize(block.Length));
            var size = SnappyBlock.Compress(block, target[4..]);
            BinaryPrimitives.WriteInt32BigEndian(target, size);
            destination.Advance(4 + size);
        }
    }

    public static DecompressionStatus Decompress(ReadOnlySpan<byte> source, PooledBuffer destination, int maxOutput)
    {
        if (!source.StartsWith(Magic))
        {
            return ReadBlock(source, destination, maxOutput);
        }

        var start = destination.Length;
        while (!source.IsEmpty)
        {
            // Streams may be concatenated: a header can stand wherever a block can.
            if (source.StartsWith(Magic))
            {
                if (source.Length < HeaderSize || BinaryPrimitives.ReadInt32BigEndian(source[Magic.Length..]) < MinVersion)
                {
                    return DecompressionStatus.Corrupt;
                }

                source = source[HeaderSize..];
                continue;
            }

            if (source.Length < 4)
            {
                return DecompressionStatus.Corrupt;
            }

            var size = BinaryPrimitives.ReadInt32BigEndian(source);
            source = source[4..];
            if ((uint)size > (uint)source.Length)
            {
                return DecompressionStatus.Corrupt;
            }

            var status = ReadBlock(source[..size], destination, maxOutput - (destination.Length - start));
            if (status != DecompressionStatus.Done)
            {
                return status;
            }

            source = source[size..];
        }

        return DecompressionStatus.Done;
    }

    private static DecompressionStatus ReadBlock(ReadOnlySpan<byte> block, PooledBuffer destination, int maxOutput)
    {
        if (!SnappyBlock.TryReadLength(block, out var length, out var prefix))
        {
            return DecompressionStatus.Corrupt;
        }

        // No element of snappy makes more than 64 bytes of two, so a length beyond that is a lie, not a bomb.
        if (length > 32L * block.Length)
        {
            return DecompressionStatus.Corrupt;
        }

        if (length > (uint)maxOutput)
        {
            return DecompressionStatus.TooLarge;
        }

        var output = destination.GetSpan((int)length)[..(int)length];
        if (!SnappyBlock.TryDecompress(block[prefix..], output))
        {
            return DecompressionStatus.Corrupt;
        }

        destination.Advance((int)length);
        return DecompressionStatus.Done;
    }
}

using System.Buffers;
using System.Buffers.Binary;

namespace Samsa.Protocol.Compression;

/// <summary>
/// The LZ4 frame format around the block functions of liblz4. Writing is as Apache Kafka does it: independent blocks of
/// 64 KiB, no checksums, no content size. Reading takes everything the format allows. The frame is made here, not by the
/// library, because Kafka's levels are those of the block functions and because messages of magic 0 have a header
/// checksum that also covers the magic number (KAFKA-3160).
/// </summary>
internal static unsafe class Lz4Codec
{
    private const uint Magic = 0x184d2204;
    private const uint SkippableMagic = 0x184d2a50;
    private const int BlockSize = 64 * 1024;
    private const int Window = 64 * 1024;
    private const uint StoredBit = 0x80000000;

    private const byte VersionBits = 0x40;
    private const byte IndependentBit = 0x20;
    private const byte BlockChecksumBit = 0x10;
    private const byte ContentSizeBit = 0x08;
    private const byte ContentChecksumBit = 0x04;
    private const byte DictionaryIdBit = 0x01;
    private const byte BlockSizeIs64K = 4 << 4;

    public static void Compress(ReadOnlySpan<byte> source, int level, IBufferWriter<byte> destination, bool brokenHeaderChecksum)
    {
        NativeCodecs.Require(NativeCodecs.Lz4);
        var header = destination.GetSpan(7);
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        header[4] = VersionBits | IndependentBit;
        header[5] = BlockSizeIs64K;
        header[6] = HeaderChecksum(brokenHeaderChecksum ? header[..6] : header[4..6]);
        destination.Advance(7);

        while (!source.IsEmpty)
        {
            var block = source[..Math.Min(BlockSize, source.Length)];
            source = source[block.Length..];
            var target = destination.GetSpan(4 + MaxCompressedSize(block.Length));
            var size = CompressBlock(block, target[4..], level);
            if (size >= block.Length)
            {
                block.CopyTo(target[4..]);
                BinaryPrimitives.WriteUInt32LittleEndian(target, (uint)block.Length | StoredBit);
                destination.Advance(4 + block.Length);
            }
            else
            {
                BinaryPrimitives.WriteInt32LittleEndian(target, size);
                destination.Advance(4 + size);
            }
        }

        BinaryPrimitives.WriteUInt32LittleEndian(destination.GetSpan(4), 0);
        destination.Advance(4);
    }

    public static DecompressionStatus Decompress(ReadOnlySpan<byte> source, PooledBuffer destination, int maxOutput, bool ignoreHeaderChecksum)
    {
        NativeCodecs.Require(NativeCodecs.Lz4);
        var start = destination.Length;
        while (TrySkipFrame(ref source))
        {
        }

        if (!TryReadHeader(ref source, ignoreHeaderChecksum, out var flags, out var maxBlockSize))
        {
            return DecompressionStatus.Corrupt;
        }

        while (true)
        {
            if (!TryTake(ref source, 4, out var field))
            {
                return DecompressionStatus.Corrupt;
            }

            var word = BinaryPrimitives.ReadUInt32LittleEndian(field);
            if (word == 0)
            {
                break;
            }

            var size = word & ~StoredBit;
            if (size > (uint)maxBlockSize || !TryTake(ref source, (int)size, out var block))
            {
                return DecompressionStatus.Corrupt;
            }

            if ((flags & BlockChecksumBit) != 0
                && (!TryTake(ref source, 4, out field) || BinaryPrimitives.ReadUInt32LittleEndian(field) != XxHash32.Compute(block)))
            {
                return DecompressionStatus.Corrupt;
            }

            var status = ReadBlock(block, (word & StoredBit) != 0, destination, start, maxOutput, maxBlockSize, (flags & IndependentBit) != 0);
            if (status != DecompressionStatus.Done)
            {
                return status;
            }
        }

        // As in Kafka, bytes after the end of the frame are not looked at.
        return (flags & ContentChecksumBit) == 0
            || (TryTake(ref source, 4, out var checksum)
                && BinaryPrimitives.ReadUInt32LittleEndian(checksum) == XxHash32.Compute(destination.Span[start..]))
            ? DecompressionStatus.Done
            : DecompressionStatus.Corrupt;
    }

    private static DecompressionStatus ReadBlock(
        ReadOnlySpan<byte> block, bool stored, PooledBuffer destination, int start, int maxOutput, int maxBlockSize, bool independent)
    {
        var left = maxOutput - (destination.Length - start);
        if (stored)
        {
            if (block.Length > left)
            {
                return DecompressionStatus.TooLarge;
            }

            destination.Write(block);
            return DecompressionStatus.Done;
        }

        // No sequence of LZ4 makes more than 255 bytes of one.
        var capacity = (int)Math.Min(Math.Min(maxBlockSize, 255L * block.Length), left);
        var written = DecompressBlock(block, destination, capacity, independent ? destination.Length : start);
        if (written < 0)
        {
            return capacity == left && left < maxBlockSize ? DecompressionStatus.TooLarge : DecompressionStatus.Corrupt;
        }

        destination.Advance(written);
        return DecompressionStatus.Done;
    }

    private static int MaxCompressedSize(int length) => length + (length / 255) + 16;

    private static int CompressBlock(ReadOnlySpan<byte> block, Span<byte> target, int level)
    {
        fixed (byte* from = block, to = target)
        {
            return level == CompressionLevels.Lz4Default
                ? Lz4Native.CompressDefault(from, to, block.Length, target.Length)
                : Lz4Native.CompressHigh(from, to, block.Length, target.Length, level);
        }
    }

    private static int DecompressBlock(ReadOnlySpan<byte> block, PooledBuffer destination, int capacity, int historyStart)
    {
        _ = destination.GetSpan(capacity);
        var written = destination.Span;
        var history = Math.Min(Window, written.Length - historyStart);
        fixed (byte* from = block, to = destination.GetSpan(capacity))
        {
            // What was written before lies right in front: the library reads it from there.
            return Lz4Native.Decompress(from, to, block.Length, capacity, to - history, history);
        }
    }

    private static bool TrySkipFrame(ref ReadOnlySpan<byte> source)
    {
        if (source.Length < 8 || (BinaryPrimitives.ReadUInt32LittleEndian(source) & 0xfffffff0) != SkippableMagic)
        {
            return false;
        }

        var size = BinaryPrimitives.ReadUInt32LittleEndian(source[4..]);
        if (size > (uint)(source.Length - 8))
        {
            return false;
        }

        source = source[(8 + (int)size)..];
        return true;
    }

    private static bool TryReadHeader(ref ReadOnlySpan<byte> source, bool ignoreChecksum, out byte flags, out int maxBlockSize)
    {
        flags = 0;
        maxBlockSize = 0;
        var frame = source;
        if (!TryTake(ref source, 6, out var fixedPart) || BinaryPrimitives.ReadUInt32LittleEndian(fixedPart) != Magic)
        {
            return false;
        }

        flags = fixedPart[4];
        var blockDescriptor = fixedPart[5];
        var sizeCode = blockDescriptor >> 4;

        // Version 1, no reserved bit, no dictionary (nobody could have it), a block size of 64 KiB to 4 MiB.
        if ((flags & 0xc0) != VersionBits || (flags & (0x02 | DictionaryIdBit)) != 0 || (blockDescriptor & 0x8f) != 0 || sizeCode is < 4 or > 7)
        {
            return false;
        }

        maxBlockSize = 1 << (8 + (2 * sizeCode));
        if ((flags & ContentSizeBit) != 0 && !TryTake(ref source, 8, out _))
        {
            return false;
        }

        var descriptor = frame[4..(frame.Length - source.Length)];
        return TryTake(ref source, 1, out var checksum) && (ignoreChecksum || checksum[0] == HeaderChecksum(descriptor));
    }

    private static bool TryTake(ref ReadOnlySpan<byte> source, int count, out ReadOnlySpan<byte> taken)
    {
        if (count > source.Length)
        {
            taken = default;
            return false;
        }

        taken = source[..count];
        source = source[count..];
        return true;
    }

    private static byte HeaderChecksum(ReadOnlySpan<byte> bytes) => (byte)(XxHash32.Compute(bytes) >> 8);
}

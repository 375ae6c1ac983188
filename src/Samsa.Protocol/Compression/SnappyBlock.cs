using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Samsa.Protocol.Wire;

namespace Samsa.Protocol.Compression;

/// <summary>
/// Raw snappy blocks, as the format description of google/snappy has them: the length as a varint, then literals and copies.
/// The search for matches takes the same decisions as the reference library (hash, table size, skipping), so that the
/// output is the same byte for byte.
/// </summary>
internal static class SnappyBlock
{
    private const int MaxFragment = 64 * 1024;
    private const int MinTableSize = 256;
    private const int MaxTableBits = 15;
    private const uint HashMultiplier = 0x1e35a7bd;

    // The search stops this far before the end, so that it may load eight bytes without looking.
    private const int InputMargin = 15;

    private const int LiteralTag = 0;
    private const int CopyTag1 = 1;
    private const int CopyTag2 = 2;

    /// <summary>The most bytes that compressing <paramref name="length"/> bytes can take.</summary>
    public static int MaxCompressedSize(int length) => 32 + length + (length / 6);

    /// <summary>Compresses at most 64 KiB; the target must have room for <see cref="MaxCompressedSize"/>.</summary>
    public static int Compress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(source.Length, MaxFragment, nameof(source));
        ArgumentOutOfRangeException.ThrowIfLessThan(target.Length, MaxCompressedSize(source.Length), nameof(target));
        var prefix = Varint.WriteUnsigned(target, (uint)source.Length);
        var tableSize = Math.Clamp((int)BitOperations.RoundUpToPowerOf2((uint)source.Length), MinTableSize, 1 << MaxTableBits);
        var table = ArrayPool<ushort>.Shared.Rent(tableSize);
        table.AsSpan(0, tableSize).Clear();
        var size = prefix + CompressFragment(source, target[prefix..], table, tableSize);
        ArrayPool<ushort>.Shared.Return(table);
        return size;
    }

    /// <summary>Reads the length in front of a block; false when there is none or it is not a 32-bit number.</summary>
    public static bool TryReadLength(ReadOnlySpan<byte> block, out uint length, out int prefix) =>
        Varint.TryReadUnsigned32(block, out length, out prefix);

    /// <summary>Decompresses the elements of a block; true when they make exactly <paramref name="target"/>.Length bytes.</summary>
    public static bool TryDecompress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        var at = 0;
        var written = 0;
        while (at < source.Length)
        {
            int tag = source[at++];
            int length, offset;
            switch (tag & 3)
            {
                case LiteralTag:
                    length = (tag >> 2) + 1;
                    if (length > 60)
                    {
                        var extra = length - 60;
                        if (extra > source.Length - at)
                        {
                            return false;
                        }

                        uint wide = 0;
                        for (var i = 0; i < extra; i++)
                        {
                            wide |= (uint)source[at + i] << (8 * i);
                        }

                        at += extra;
                        if (wide >= int.MaxValue)
                        {
                            return false;
                        }

                        length = (int)wide + 1;
                    }

                    if (length > source.Length - at || length > target.Length - written)
                    {
                        return false;
                    }

                    if (length <= 16 && source.Length - at >= 16 && target.Length - written >= 16)
                    {
                        Copy16(ref MemoryMarshal.GetReference(source), at, ref MemoryMarshal.GetReference(target), written);
                    }
                    else
                    {
                        source.Slice(at, length).CopyTo(target[written..]);
                    }

                    at += length;
                    written += length;
                    continue;
                case CopyTag1:
                    if (at >= source.Length)
                    {
                        return false;
                    }

                    length = ((tag >> 2) & 7) + 4;
                    offset = ((tag >> 5) << 8) | source[at++];
                    break;
                case CopyTag2:
                    if (source.Length - at < 2)
                    {
                        return false;
                    }

                    length = (tag >> 2) + 1;
                    offset = source[at] | (source[at + 1] << 8);
                    at += 2;
                    break;
                default:
                    if (source.Length - at < 4)
                    {
                        return false;
                    }

                    length = (tag >> 2) + 1;
                    offset = source[at] | (source[at + 1] << 8) | (source[at + 2] << 16) | (source[at + 3] << 24);
                    at += 4;
                    break;
            }

            // A negative offset (the top bit of four bytes) is refused with the ones that point before the start.
            if (offset <= 0 || offset > written || length > target.Length - written)
            {
                return false;
            }

            CopyBack(target, written, offset, length);
            written += length;
        }

        return written == target.Length;
    }

    /// <summary>Copies from earlier output, which may overlap what is being written and then repeats.</summary>
    private static void CopyBack(Span<byte> target, int written, int offset, int length)
    {
        if (offset >= 16 && target.Length - written >= 64)
        {
            // At most 64 bytes in steps of 16: what lands behind the copy is overwritten later.
            ref var start = ref MemoryMarshal.GetReference(target);
            for (var i = 0; i < length; i += 16)
            {
                Copy16(ref start, written - offset + i, ref start, written + i);
            }
        }
        else if (offset >= length)
        {
            target.Slice(written - offset, length).CopyTo(target[written..]);
        }
        else
        {
            for (var i = 0; i < length; i++)
            {
                target[written + i] = target[written + i - offset];
            }
        }
    }

    private static int CompressFragment(ReadOnlySpan<byte> source, Span<byte> target, ushort[] table, int tableSize)
    {
        ref var input = ref MemoryMarshal.GetReference(source);
        ref var entries = ref MemoryMarshal.GetArrayDataReference(table);
        var mask = (uint)tableSize - 1;
        var limit = source.Length - InputMargin;
        var written = 0;
        var emitted = 0; // everything before is in the target
        var at = 0;

        while (limit >= 0)
        {
            // Look for four bytes seen before; the longer nothing is found, the larger the steps.
            int candidate;
            var skip = 32u;
            var next = at + 1;
            do
            {
                at = next;
                if (at > limit)
                {
                    return written + EmitLiteral(source[emitted..], target[written..]);
                }

                var step = skip >> 5;
                skip += step;
                next = at + (int)step;
                if (next > limit)
                {
                    return written + EmitLiteral(source[emitted..], target[written..]);
                }

                ref var entry = ref Unsafe.Add(ref entries, Hash(Load32(ref input, at), mask));
                candidate = entry;
                entry = (ushort)at;
            }
            while (Load32(ref input, at) != Load32(ref input, candidate));

            written += EmitLiteral(source[emitted..at], target[written..]);

            // Emit copies as long as the next bytes match as well.
            do
            {
                var length = 4 + MatchLength(source, candidate + 4, at + 4);
                written += EmitCopy(at - candidate, length, target[written..]);
                at += length;
                emitted = at;
                if (at >= limit)
                {
                    return written + EmitLiteral(source[emitted..], target[written..]);
                }

                Unsafe.Add(ref entries, Hash(Load32(ref input, at - 1), mask)) = (ushort)(at - 1);
                ref var entry = ref Unsafe.Add(ref entries, Hash(Load32(ref input, at), mask));
                candidate = entry;
                entry = (ushort)at;
            }
            while (Load32(ref input, at) == Load32(ref input, candidate));
        }

        return written + EmitLiteral(source[emitted..], target[written..]);
    }

    private static int EmitLiteral(ReadOnlySpan<byte> literal, Span<byte> target)
    {
        if (literal.IsEmpty)
        {
            return 0;
        }

        var n = literal.Length - 1;
        int prefix;
        if (n < 60)
        {
            target[0] = (byte)(n << 2);
            prefix = 1;
        }
        else if (n < 256)
        {
            target[0] = 60 << 2;
            target[1] = (byte)n;
            prefix = 2;
        }
        else
        {
            target[0] = 61 << 2;
            target[1] = (byte)n;
            target[2] = (byte)(n >> 8);
            prefix = 3;
        }

        literal.CopyTo(target[prefix..]);
        return prefix + literal.Length;
    }

    private static int EmitCopy(int offset, int length, Span<byte> target)
    {
        // Copies take at most 64 bytes; the rest must keep the four bytes that the short form needs.
        var written = 0;
        for (; length >= 68; length -= 64)
        {
            written += EmitCopy2(offset, 64, target[written..]);
        }

        if (length > 64)
        {
            written += EmitCopy2(offset, 60, target[written..]);
            length -= 60;
        }

        if (length < 12 && offset < 2048)
        {
            target[written] = (byte)(CopyTag1 | ((length - 4) << 2) | ((offset >> 8) << 5));
            target[written + 1] = (byte)offset;
            return written + 2;
        }

        return written + EmitCopy2(offset, length, target[written..]);
    }

    private static int EmitCopy2(int offset, int length, Span<byte> target)
    {
        target[0] = (byte)(CopyTag2 | ((length - 1) << 2));
        target[1] = (byte)offset;
        target[2] = (byte)(offset >> 8);
        return 3;
    }

    private static int MatchLength(ReadOnlySpan<byte> source, int earlier, int later) =>
        source[later..].CommonPrefixLength(source[earlier..]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Hash(uint bytes, uint mask) => ((bytes * HashMultiplier) >> (32 - MaxTableBits)) & mask;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Load32(ref byte start, int at)
    {
        var value = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref start, at));
        return BitConverter.IsLittleEndian ? value : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy16(ref byte from, int fromAt, ref byte to, int toAt) =>
        Unsafe.CopyBlockUnaligned(ref Unsafe.Add(ref to, toAt), ref Unsafe.Add(ref from, fromAt), 16);
}

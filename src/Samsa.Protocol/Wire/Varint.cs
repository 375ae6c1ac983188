using System.Runtime.CompilerServices;

namespace Samsa.Protocol.Wire;

/// <summary>Variable-length integers: seven bits a byte, least significant group first, as Protocol Buffers has them.</summary>
public static class Varint
{
    /// <summary>The longest encoding of 32 bits.</summary>
    public const int MaxLength32 = 5;

    /// <summary>The longest encoding of 64 bits.</summary>
    public const int MaxLength64 = 10;

    /// <summary>The number of bytes that <see cref="WriteUnsigned"/> takes for <paramref name="value"/>.</summary>
    public static int LengthOfUnsigned(ulong value)
    {
        var bits = 64 - System.Numerics.BitOperations.LeadingZeroCount(value | 1);
        return (bits + 6) / 7;
    }

    /// <summary>The number of bytes that <see cref="WriteZigZag"/> takes for <paramref name="value"/>.</summary>
    public static int LengthOfZigZag(long value) => LengthOfUnsigned(ZigZag(value));

    /// <summary>Writes an unsigned varint and returns the bytes taken. The destination must have room.</summary>
    public static int WriteUnsigned(Span<byte> destination, ulong value)
    {
        var i = 0;
        while (value >= 0x80)
        {
            destination[i++] = (byte)(value | 0x80);
            value >>= 7;
        }

        destination[i++] = (byte)value;
        return i;
    }

    /// <summary>Writes a zig-zag varint (Kafka's varint and varlong share it) and returns the bytes taken.</summary>
    public static int WriteZigZag(Span<byte> destination, long value) => WriteUnsigned(destination, ZigZag(value));

    /// <summary>Reads an unsigned 32-bit varint; false when the bytes end early or hold more than 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryReadUnsigned32(ReadOnlySpan<byte> source, out uint value, out int length)
    {
        if (source.Length > 0 && source[0] < 0x80)
        {
            value = source[0];
            length = 1;
            return true;
        }

        var ok = TryReadSlow(source, MaxLength32, out var wide, out length);
        value = (uint)wide;
        return ok && wide <= uint.MaxValue;
    }

    /// <summary>Reads a zig-zag 32-bit varint; false when the bytes end early or hold more than 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryReadZigZag32(ReadOnlySpan<byte> source, out int value, out int length)
    {
        var ok = TryReadUnsigned32(source, out var raw, out length);
        value = (int)(raw >> 1) ^ -(int)(raw & 1);
        return ok;
    }

    /// <summary>Reads a zig-zag 64-bit varint; false when the bytes end early or run past ten bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryReadZigZag64(ReadOnlySpan<byte> source, out long value, out int length)
    {
        var ok = TryReadSlow(source, MaxLength64, out var raw, out length);
        value = (long)(raw >> 1) ^ -(long)(raw & 1);
        return ok;
    }

    private static bool TryReadSlow(ReadOnlySpan<byte> source, int maxLength, out ulong value, out int length)
    {
        value = 0;
        var limit = Math.Min(maxLength, source.Length);
        for (length = 0; length < limit;)
        {
            var b = source[length];
            value |= (ulong)(b & 0x7f) << (7 * length);
            length++;
            if (b < 0x80)
            {
                return true;
            }
        }

        return false;
    }

    private static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));
}

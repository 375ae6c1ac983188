using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using ArmCrc32 = System.Runtime.Intrinsics.Arm.Crc32;

namespace Samsa.Protocol.Records;

/// <summary>
/// CRC-32 (IEEE 802.3), the checksum of messages of magic 0 and 1 and of gzip. Long inputs go through carry-less
/// multiplication, the rest through the arm64 instruction or eight tables.
/// </summary>
public static class Crc32
{
    private const uint ReflectedPolynomial = 0xedb88320;

    private static readonly CrcFolding Folding = new(ReflectedPolynomial);
    private static readonly uint[] Tables = BuildTables();

    /// <summary>The checksum of <paramref name="data"/>.</summary>
    public static uint Compute(ReadOnlySpan<byte> data) => Append(0, data);

    /// <summary>The checksum of the bytes that gave <paramref name="crc"/> followed by <paramref name="data"/>.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        var state = ~crc;
        if (data.Length >= CrcFolding.MinLength && CrcFolding.IsSupported)
        {
            var folded = Folding.Fold(data, state, out var consumed);
            state = Step(Step(0, folded.GetElement(0)), folded.GetElement(1));
            data = data[consumed..];
        }

        while (data.Length >= sizeof(ulong))
        {
            state = Step(state, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[sizeof(ulong)..];
        }

        foreach (var b in data)
        {
            state = (state >> 8) ^ Tables[(byte)state ^ b];
        }

        return ~state;
    }

    private static uint Step(uint state, ulong data)
    {
        if (ArmCrc32.Arm64.IsSupported)
        {
            return ArmCrc32.Arm64.ComputeCrc32(state, data);
        }

        data ^= state;
        var t = Tables;
        return t[0x700 | (byte)data] ^ t[0x600 | (byte)(data >> 8)]
            ^ t[0x500 | (byte)(data >> 16)] ^ t[0x400 | (byte)(data >> 24)]
            ^ t[0x300 | (byte)(data >> 32)] ^ t[0x200 | (byte)(data >> 40)]
            ^ t[0x100 | (byte)(data >> 48)] ^ t[(int)(data >> 56)];
    }

    private static uint[] BuildTables()
    {
        var tables = new uint[8 * 256];
        for (var i = 0; i < tables.Length; i++)
        {
            // Each table advances the entry of the one before by eight more zero bits.
            var value = i < 256 ? (uint)i : tables[i - 256];
            for (var bit = 0; bit < 8; bit++)
            {
                value = (value >> 1) ^ ((value & 1) * ReflectedPolynomial);
            }

            tables[i] = value;
        }

        return tables;
    }
}

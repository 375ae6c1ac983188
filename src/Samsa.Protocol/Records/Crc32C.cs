using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.Intrinsics;

namespace Samsa.Protocol.Records;

/// <summary>
/// CRC-32C (Castagnoli), the checksum of record batches of magic 2 and of Kafka's snapshot files. Short inputs go through
/// the processor's CRC instruction, long ones through carry-less multiplication; other processors use the framework's table.
/// </summary>
public static class Crc32C
{
    private const uint ReflectedPolynomial = 0x82f63b78;

    private static readonly CrcFolding Folding = new(ReflectedPolynomial);

    /// <summary>The checksum of <paramref name="data"/>.</summary>
    public static uint Compute(ReadOnlySpan<byte> data) => Append(0, data);

    /// <summary>The checksum of the bytes that gave <paramref name="crc"/> followed by <paramref name="data"/>.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        var state = ~crc;
        if (data.Length >= CrcFolding.MinLength && CrcFolding.IsSupported)
        {
            var folded = Folding.Fold(data, state, out var consumed);
            state = BitOperations.Crc32C(BitOperations.Crc32C(0, folded.GetElement(0)), folded.GetElement(1));
            data = data[consumed..];
        }

        while (data.Length >= sizeof(ulong))
        {
            state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[sizeof(ulong)..];
        }

        foreach (var b in data)
        {
            state = BitOperations.Crc32C(state, b);
        }

        return ~state;
    }
}

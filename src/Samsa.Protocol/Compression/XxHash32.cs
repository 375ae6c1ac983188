using System.Buffers.Binary;
using System.Numerics;

namespace Samsa.Protocol.Compression;

/// <summary>xxHash32 with seed 0, the checksum of the LZ4 frame format.</summary>
internal static class XxHash32
{
    private const uint Prime1 = 0x9e3779b1;
    private const uint Prime2 = 0x85ebca77;
    private const uint Prime3 = 0xc2b2ae3d;
    private const uint Prime4 = 0x27d4eb2f;
    private const uint Prime5 = 0x165667b1;

    public static uint Compute(ReadOnlySpan<byte> data)
    {
        var length = (uint)data.Length;
        uint hash;
        if (data.Length >= 16)
        {
            unchecked
            {
                uint lane1 = Prime1 + Prime2, lane2 = Prime2, lane3 = 0, lane4 = 0 - Prime1;
                for (; data.Length >= 16; data = data[16..])
                {
                    lane1 = Round(lane1, data);
                    lane2 = Round(lane2, data[4..]);
                    lane3 = Round(lane3, data[8..]);
                    lane4 = Round(lane4, data[12..]);
                }

                hash = BitOperations.RotateLeft(lane1, 1) + BitOperations.RotateLeft(lane2, 7)
                    + BitOperations.RotateLeft(lane3, 12) + BitOperations.RotateLeft(lane4, 18);
            }
        }
        else
        {
            hash = Prime5;
        }

        hash += length;
        for (; data.Length >= 4; data = data[4..])
        {
            hash = BitOperations.RotateLeft(hash + (BinaryPrimitives.ReadUInt32LittleEndian(data) * Prime3), 17) * Prime4;
        }

        foreach (var b in data)
        {
            hash = BitOperations.RotateLeft(hash + (b * Prime5), 11) * Prime1;
        }

        hash = (hash ^ (hash >> 15)) * Prime2;
        hash = (hash ^ (hash >> 13)) * Prime3;
        return hash ^ (hash >> 16);
    }

    private static uint Round(uint lane, ReadOnlySpan<byte> data) =>
        BitOperations.RotateLeft(lane + (BinaryPrimitives.ReadUInt32LittleEndian(data) * Prime2), 13) * Prime1;
}

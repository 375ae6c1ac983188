using System.Buffers.Binary;

namespace Samsa.Client.Producer;

/// <summary>
/// Austin Appleby's MurmurHash2 with the seed that Kafka's Java client uses, so that the same key goes to the same partition from every client.
/// </summary>
internal static class Murmur2
{
    private const uint Seed = 0x9747b28c;
    private const uint Multiplier = 0x5bd1e995;
    private const int Rotation = 24;

    /// <summary>The partition of a key: the hash without its sign, modulo the number of partitions.</summary>
    public static int Partition(ReadOnlySpan<byte> key, int partitionCount) => (int)(Hash(key) & int.MaxValue) % partitionCount;

    public static uint Hash(ReadOnlySpan<byte> data)
    {
        var hash = Seed ^ (uint)data.Length;
        while (data.Length >= sizeof(uint))
        {
            var block = BinaryPrimitives.ReadUInt32LittleEndian(data) * Multiplier;
            block = (block ^ (block >> Rotation)) * Multiplier;
            hash = (hash * Multiplier) ^ block;
            data = data[sizeof(uint)..];
        }

        if (!data.IsEmpty)
        {
            for (var i = 0; i < data.Length; i++)
            {
                hash ^= (uint)data[i] << (8 * i);
            }

            hash *= Multiplier;
        }

        hash = (hash ^ (hash >> 13)) * Multiplier;
        return hash ^ (hash >> 15);
    }
}

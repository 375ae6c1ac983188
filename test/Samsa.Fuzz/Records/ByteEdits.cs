using System.Buffers.Binary;

namespace Samsa.Fuzz.Records;

/// <summary>Changes of bytes that know nothing of what the bytes mean. Stateless.</summary>
internal static class ByteEdits
{
    private const int LongestResult = 1 << 20;

    private static readonly long[] Numbers =
        [0, 1, -1, 2, 16, 127, 128, 255, 256, 32767, 32768, 65535, 1 << 20, int.MaxValue, int.MinValue, uint.MaxValue, long.MaxValue, long.MinValue];

    /// <summary>A changed copy.</summary>
    public static byte[] Apply(ReadOnlySpan<byte> input, Random random)
    {
        var bytes = input.ToArray();
        for (var edits = 1 + random.Next(random.Next(4) == 0 ? 10 : 2); edits > 0; edits--)
        {
            bytes = ApplyOne(bytes, random);
        }

        return bytes;
    }

    /// <summary>Cuts two inputs and puts their pieces together.</summary>
    public static byte[] Splice(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Random random) =>
        [.. left[..random.Next(left.Length + 1)], .. right[random.Next(right.Length + 1)..]];

    private static byte[] ApplyOne(byte[] bytes, Random random)
    {
        if (bytes.Length == 0)
        {
            bytes = new byte[1 + random.Next(8)];
            random.NextBytes(bytes);
            return bytes;
        }

        var at = random.Next(bytes.Length);
        switch (random.Next(9))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1:
                bytes[at] = (byte)random.Next(256);
                return bytes;
            case 2:
                bytes[at] = (byte)(bytes[at] + random.Next(-3, 4));
                return bytes;
            case 3 or 4:
                WriteNumber(bytes.AsSpan(at), Numbers[random.Next(Numbers.Length)], 1 << random.Next(4));
                return bytes;
            case 5:
                return bytes[..at];
            case 6:
                var end = at + random.Next(Math.Min(bytes.Length - at, 64) + 1);
                return [.. bytes.AsSpan(0, at), .. bytes.AsSpan(end)];
            case 7 when bytes.Length < LongestResult:
                var from = random.Next(bytes.Length);
                var piece = bytes.AsSpan(from, random.Next(Math.Min(bytes.Length - from, 64) + 1));
                return [.. bytes.AsSpan(0, at), .. piece, .. bytes.AsSpan(at)];
            case 8 when bytes.Length < LongestResult:
                var noise = new byte[1 + random.Next(16)];
                random.NextBytes(noise);
                return [.. bytes.AsSpan(0, at), .. noise, .. bytes.AsSpan(at)];
            default:
                return bytes;
        }
    }

    private static void WriteNumber(Span<byte> at, long number, int size)
    {
        Span<byte> eight = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(eight, number);
        eight[(8 - size)..][..Math.Min(size, at.Length)].CopyTo(at);
    }
}

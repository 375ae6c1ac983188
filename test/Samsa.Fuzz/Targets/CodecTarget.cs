using Samsa.Fuzz.Engine;
using Samsa.Fuzz.Records;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;

namespace Samsa.Fuzz.Targets;

/// <summary>
/// The four codecs. An input is a byte of codec, a byte that chooses the limit of output and the record format, the compressed bytes.
/// Promises: never more output than the limit, never more memory than a small multiple of it, whatever the bytes announce; and any
/// bytes survive being compressed and decompressed.
/// </summary>
public sealed class CodecTarget : IFuzzTarget
{
    private static readonly int[] Limits = [0, 1, 1000, 65536, 1 << 20, RecordReader.DefaultMaxDecompressedSize];

    public string Name => "codecs";

    public IEnumerable<byte[]> Seeds(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        byte[][] contents = [[], [0], Text(5000), Noise(random, 3000), new byte[200_000], [.. Noise(random, 70_000), .. Text(70_000)], new byte[8 << 20]];
        for (var codec = CompressionType.Gzip; codec <= CompressionType.Zstd; codec++)
        {
            foreach (var content in contents)
            {
                foreach (sbyte magic in (sbyte[])[0, 2])
                {
                    using var packed = new PooledBuffer();
                    Compressor.Compress(codec, null, content, packed, magic);
                    yield return Input(codec, random.Next(Limits.Length), magic == 0, packed.Span);
                }
            }
        }
    }

    public byte[] Mutate(byte[] input, byte[] other, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var (codec, limit, old, payload) = TakeApart(input);
        return random.Next(12) switch
        {
            0 => Input(codec, random.Next(Limits.Length), old, payload),
            1 => Input((CompressionType)random.Next(1, 5), limit, old, payload),
            2 => Input(codec, limit, random.Next(2) == 0, payload),
            3 => Input(codec, limit, old, [.. payload, .. TakeApart(other).Payload]),
            4 => Input(codec, limit, old, ByteEdits.Splice(payload, TakeApart(other).Payload, random)),
            5 => Repack(codec, limit, old, payload, random),
            // Headers and frames begin in front.
            6 or 7 when payload.Length > 24 => Input(codec, limit, old, [.. ByteEdits.Apply(payload.AsSpan(0, 24), random), .. payload.AsSpan(24)]),
            _ => Input(codec, limit, old, ByteEdits.Apply(payload, random)),
        };
    }

    public void Execute(byte[] input, Behaviour seen)
    {
        ArgumentNullException.ThrowIfNull(seen);
        var (codec, choice, old, payload) = TakeApart(input);
        var limit = Limits[choice];
        var magic = (sbyte)(old ? 0 : 2);
        using var output = new PooledBuffer();
        var status = Compressor.Decompress(codec, payload, output, limit, magic);
        seen.Note($"{codec} {choice} {old}", (long)status);
        seen.NoteSize($"{codec} output", output.Length);
        if (output.Length > limit)
        {
            throw new FindingException("limit", $"{codec} gave {output.Length} bytes; the limit was {limit}");
        }

        if (payload.Length > 100_000)
        {
            return;
        }

        using var packed = new PooledBuffer();
        Compressor.Compress(codec, null, payload, packed, magic);
        output.Clear();
        if (Compressor.Decompress(codec, packed.Span, output, payload.Length, magic) is var again and not DecompressionStatus.Done
            || !output.Span.SequenceEqual(payload))
        {
            throw new FindingException("round trip", $"{codec} does not give back {payload.Length} bytes that it compressed");
        }
    }

    /// <summary>A buffer that doubles holds at most four times what it ends with, over its whole life.</summary>
    public long AllocationBound(byte[] input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return (2L << 20) + (4L * Limits[TakeApart(input).Limit]) + (16L * input.Length);
    }

    public void Reset()
    {
    }

    public byte[] History() => [];

    public void Dispose()
    {
    }

    private static byte[] Repack(CompressionType codec, int limit, bool old, byte[] payload, Random random)
    {
        using var plain = new PooledBuffer();
        if (Compressor.Decompress(codec, payload, plain, 1 << 20, (sbyte)(old ? 0 : 2)) != DecompressionStatus.Done)
        {
            return Input(codec, limit, old, payload);
        }

        using var packed = new PooledBuffer();
        Compressor.Compress(codec, null, ByteEdits.Apply(plain.Span, random), packed, (sbyte)(old ? 0 : 2));
        return Input(codec, limit, old, packed.Span);
    }

    private static byte[] Input(CompressionType codec, int limit, bool old, ReadOnlySpan<byte> payload) =>
        [(byte)codec, (byte)(limit | (old ? 0x80 : 0)), .. payload];

    private static (CompressionType Codec, int Limit, bool Old, byte[] Payload) TakeApart(byte[] input) => input.Length < 2
        ? (CompressionType.Gzip, 0, false, [])
        : ((CompressionType)(1 + ((input[0] + 3) % 4)), (input[1] & 0x7f) % Limits.Length, input[1] >= 0x80, input[2..]);

    private static byte[] Text(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)("the quick brown fox "[i % 20] + (i / 997)))];

    private static byte[] Noise(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}

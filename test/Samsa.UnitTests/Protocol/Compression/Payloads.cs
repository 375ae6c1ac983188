namespace Samsa.UnitTests.Protocol.Compression;

/// <summary>Payloads of several kinds, all from a seed.</summary>
internal static class Payloads
{
    public static byte[] Make(int seed)
    {
        var random = new Random(seed);
        var length = random.Next(4) switch
        {
            0 => random.Next(0, 40),
            1 => random.Next(0, 2_000),
            2 => random.Next(30_000, 140_000),
            _ => (random.Next(1, 5) * 32_768) + random.Next(-1, 2),
        };
        return random.Next(4) switch
        {
            0 => Noise(random, length),
            1 => Text(random, length),
            2 => Runs(random, length),
            _ => [.. Noise(random, length / 2), .. Text(random, length / 2)],
        };
    }

    public static byte[] Noise(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    public static byte[] Text(Random random, int length)
    {
        string[] words = ["partition", "offset", "leader", "epoch", "{\"id\":", "null", ", ", "2026-11-21", "\n"];
        var bytes = new byte[length];
        for (var at = 0; at < length;)
        {
            foreach (var c in words[random.Next(words.Length)])
            {
                if (at < length)
                {
                    bytes[at++] = (byte)c;
                }
            }
        }

        return bytes;
    }

    private static byte[] Runs(Random random, int length)
    {
        var bytes = new byte[length];
        for (var at = 0; at < length;)
        {
            var run = Math.Min(random.Next(1, 3000), length - at);
            bytes.AsSpan(at, run).Fill((byte)random.Next(256));
            at += run;
        }

        return bytes;
    }
}

using System.Globalization;
using System.Text;

namespace Samsa.InteropTests.RoundTrips;

/// <summary>
/// Ten thousand keyed records that reach into the corners: empty and null values, all byte values, large ones, repeated and
/// empty headers, timestamps that repeat and step back. The same seed gives the same bytes.
/// </summary>
internal static class RecordSet
{
    public const int Count = 10_000;
    public const int Partitions = 3;

    public static List<TestRecord> Create(ClientAbilities abilities, int seed, int count = Count)
    {
        Random random = new(seed);
        // Young enough for any retention, and in the past for every broker's clock.
        long begin = TimeProvider.System.GetUtcNow().AddHours(-1).ToUnixTimeMilliseconds();
        List<TestRecord> records = new(count);
        for (int i = 0; i < count; i++)
        {
            long timestamp = begin + (i / 2 * 10) - (i % 11 == 0 ? 35 : 0);
            records.Add(new TestRecord(
                random.Next(Partitions), timestamp, Key(i, random, abilities), Value(i, random, abilities), Headers(i, random, abilities)));
        }

        return records;
    }

    private static byte[] Key(int i, Random random, ClientAbilities abilities)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"key-{i % 997}");
        return (i % 50) switch
        {
            7 when abilities.HasFlag(ClientAbilities.AnyBytes) => Bytes(random, random.Next(1, 40)),
            8 when abilities.HasFlag(ClientAbilities.AnyBytes) => [],
            9 => Encoding.UTF8.GetBytes(text + "-Schlüssel-鍵"),
            _ => Encoding.UTF8.GetBytes(text),
        };
    }

    private static byte[]? Value(int i, Random random, ClientAbilities abilities)
    {
        if (!abilities.HasFlag(ClientAbilities.AnyBytes))
        {
            return Encoding.UTF8.GetBytes($"value {i} " + new string((char)('a' + (i % 26)), random.Next(1, 200)));
        }

        return (i % 50) switch
        {
            1 => [],
            2 when abilities.HasFlag(ClientAbilities.NullValues) => null,
            3 => [.. Enumerable.Range(0, 256).Select(value => (byte)value)],
            4 when i % 2000 == 4 => Bytes(random, 70_000),
            5 or 6 => Bytes(random, random.Next(1, 300)),
            _ => Encoding.UTF8.GetBytes($"{{\"n\":{i},\"text\":\"{new string('x', random.Next(10, 200))}\"}}"),
        };
    }

    private static List<TestHeader> Headers(int i, Random random, ClientAbilities abilities)
    {
        if (!abilities.HasFlag(ClientAbilities.Headers))
        {
            return [];
        }

        List<TestHeader> headers = [new("trace", Bytes(random, 16)), new("n", Encoding.ASCII.GetBytes($"{i}"))];
        if (i % 10 == 0)
        {
            headers.AddRange([new("n", "again"u8.ToArray()), new("empty", []), new("größe", "ü"u8.ToArray())]);
        }

        if (i % 10 == 5 && abilities.HasFlag(ClientAbilities.NullHeaders))
        {
            headers.Add(new TestHeader("nothing", null));
        }

        return headers;
    }

    private static byte[] Bytes(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}

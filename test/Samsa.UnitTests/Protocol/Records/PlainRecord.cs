using Samsa.Protocol.Records;

namespace Samsa.UnitTests.Protocol.Records;

/// <summary>A record as a plain object, to compare what was written with what is read.</summary>
internal sealed record PlainRecord(long Offset, long Timestamp, byte[]? Key, byte[]? Value, (byte[] Key, byte[]? Value)[] Headers)
{
    public static PlainRecord From(RecordView view)
    {
        var headers = new List<(byte[] Key, byte[]? Value)>();
        foreach (var header in view.Headers)
        {
            headers.Add((header.Key.ToArray(), header.Value.ToArray()));
        }

        return new PlainRecord(view.Offset, view.Timestamp, view.Key.ToArray(), view.Value.ToArray(), [.. headers]);
    }

    public static List<PlainRecord> Random(Random random, int count, bool withHeaders = true)
    {
        var records = new List<PlainRecord>();
        var offset = (long)random.Next(0, 1000);
        for (var i = 0; i < count; i++)
        {
            var headers = new (byte[], byte[]?)[withHeaders && random.Next(3) == 0 ? random.Next(1, 5) : 0];
            for (var h = 0; h < headers.Length; h++)
            {
                headers[h] = (Bytes(random, 20), random.Next(4) == 0 ? null : Bytes(random, 200));
            }

            records.Add(new PlainRecord(
                offset,
                1_795_220_000_000 + random.NextInt64(-100_000, 100_000),
                random.Next(4) == 0 ? null : Bytes(random, 60),
                random.Next(6) == 0 ? null : Bytes(random, 700),
                headers));
            offset += random.Next(5) == 0 ? random.Next(1, 2000) : 1;
        }

        return records;
    }

    public void AppendTo(RecordBatchBuilder builder) =>
        builder.Append(Offset, Timestamp, Key, Value, [.. Headers.Select(h => new RecordHeader(h.Key, h.Value is null ? default(ReadOnlyMemory<byte>?) : h.Value))]);

    public string Describe() =>
        $"{Offset} {Timestamp} {Hex(Key)} {Hex(Value)} [{string.Join(",", Headers.Select(h => $"{Hex(h.Key)}={Hex(h.Value)}"))}]";

    private static string Hex(byte[]? bytes) => bytes is null ? "null" : $"'{Convert.ToHexString(bytes)}'";

    private static byte[] Bytes(Random random, int max)
    {
        var bytes = new byte[random.Next(max)];
        random.NextBytes(bytes);
        return bytes;
    }
}

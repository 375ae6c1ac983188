using Xunit;

namespace Samsa.InteropTests.RoundTrips;

/// <summary>Compares record by record, and says which one differs first.</summary>
internal static class RecordComparison
{
    /// <summary>Each partition holds exactly what was sent to it, in order, at offsets 0, 1, 2...</summary>
    public static void AssertSame(List<TestRecord> sent, List<ConsumedRecord> consumed, ClientAbilities compared)
    {
        List<ConsumedRecord> expected = [];
        foreach (IGrouping<int, TestRecord> partition in sent.GroupBy(record => record.Partition))
        {
            long offset = 0;
            foreach (TestRecord record in partition)
            {
                expected.Add(new ConsumedRecord(
                    record.Partition, offset++, record.Timestamp, record.Key, record.Value, record.Headers));
            }
        }

        AssertSame(
            "all",
            expected,
            consumed,
            compared.HasFlag(ClientAbilities.Timestamps),
            compared.HasFlag(ClientAbilities.Headers));
    }

    public static void AssertSame(
        string what,
        IEnumerable<ConsumedRecord> expected,
        IEnumerable<ConsumedRecord> consumed,
        bool timestamps = true,
        bool headers = true)
    {
        foreach (int partition in expected.Concat(consumed).Select(record => record.Partition).Distinct().Order())
        {
            List<ConsumedRecord> wanted = [.. expected.Where(record => record.Partition == partition).OrderBy(r => r.Offset)];
            List<ConsumedRecord> got = [.. consumed.Where(record => record.Partition == partition)];
            for (int i = 0; i < Math.Min(wanted.Count, got.Count); i++)
            {
                string difference = Difference(wanted[i], got[i], timestamps, headers);
                Assert.True(difference.Length == 0, $"Query {what}, partition {partition}, record {i}: {difference}");
            }

            Assert.True(
                wanted.Count == got.Count,
                $"Query {what}, partition {partition}: {got.Count} records ({Range(got)}) instead of {wanted.Count} ({Range(wanted)}).");
        }
    }

    private static string Difference(ConsumedRecord wanted, ConsumedRecord got, bool timestamps, bool headers)
    {
        if (wanted.Offset != got.Offset)
        {
            return $"offset {got.Offset} instead of {wanted.Offset}";
        }

        if (timestamps && wanted.Timestamp != got.Timestamp)
        {
            return $"timestamp {got.Timestamp} instead of {wanted.Timestamp}";
        }

        if (!Same(wanted.Key, got.Key) || !Same(wanted.Value, got.Value))
        {
            return $"key {Show(got.Key)} value {Show(got.Value)} instead of key {Show(wanted.Key)} value {Show(wanted.Value)}";
        }

        bool sameHeaders = wanted.Headers.Count == got.Headers.Count
            && wanted.Headers.Zip(got.Headers).All(pair => pair.First.Name == pair.Second.Name && Same(pair.First.Value, pair.Second.Value));
        return headers && !sameHeaders ? $"headers {Show(got.Headers)} instead of {Show(wanted.Headers)}" : string.Empty;
    }

    private static bool Same(byte[]? left, byte[]? right) =>
        left is null || right is null ? left is null && right is null : left.AsSpan().SequenceEqual(right);

    private static string Range(List<ConsumedRecord> records) =>
        records.Count == 0 ? "none" : $"offsets {records[0].Offset} to {records[^1].Offset}";

    private static string Show(IEnumerable<TestHeader> headers) =>
        "[" + string.Join(", ", headers.Select(header => $"{header.Name}={Show(header.Value)}")) + "]";

    private static string Show(byte[]? bytes) =>
        bytes is null ? "null" : $"{bytes.Length} bytes {Convert.ToHexString(bytes.AsSpan(0, Math.Min(bytes.Length, 40)))}";
}

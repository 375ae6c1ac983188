using System.Globalization;
using System.Text;
using Samsa.InteropTests.Support;

namespace Samsa.InteropTests.RoundTrips;

/// <summary>
/// kcat. It takes records as lines of text, the headers are the same for all records of a call, and a topic appears when it is
/// first written to. As a reader it is exact for any bytes, with the headers left out when they are not plain text.
/// </summary>
internal sealed class KcatClient(bool readHeaders = true) : IKafkaClient
{
    private static readonly TestHeader[] SharedHeaders = [new("source", "kcat"u8.ToArray()), new("empty", [])];
    private readonly string _kcat = Tools.Kcat;

    public ClientAbilities Abilities => ClientAbilities.TimeQueries;

    /// <summary>kcat has no administration: asking for the metadata of a topic as a producer makes the broker create it.</summary>
    public async Task CreateTopicAsync(string bootstrapServers, string topic, int partitions) =>
        (await Child.RunAsync(_kcat, ["-P", "-b", bootstrapServers, "-t", topic, "-E"], input: [])).Succeeded();

    public async Task ProduceAsync(string bootstrapServers, string topic, string codec, IReadOnlyList<TestRecord> records)
    {
        foreach (IGrouping<int, TestRecord> partition in records.GroupBy(record => record.Partition))
        {
            StringBuilder lines = new();
            foreach (TestRecord record in partition)
            {
                lines.Append(Encoding.UTF8.GetString(record.Key!)).Append('|').Append(Encoding.UTF8.GetString(record.Value!)).Append('\n');
            }

            string[] arguments =
            [
                "-P", "-E", "-b", bootstrapServers, "-t", topic, "-p", partition.Key.ToString(CultureInfo.InvariantCulture), "-K", "|",
                "-z", codec, "-X", "acks=all", "-X", "max.in.flight.requests.per.connection=1",
                .. SharedHeaders.SelectMany(header => new[] { "-H", $"{header.Name}={Encoding.UTF8.GetString(header.Value!)}" }),
            ];
            (await Child.RunAsync(_kcat, arguments, Encoding.UTF8.GetBytes(lines.ToString()))).Succeeded();
        }
    }

    /// <summary>What it sends for records that were created for it: the same, with its constant headers.</summary>
    public static List<TestRecord> WithSharedHeaders(IEnumerable<TestRecord> records) =>
        [.. records.Select(record => record with { Headers = SharedHeaders })];

    public async Task<List<List<ConsumedRecord>>?> ConsumeAsync(string bootstrapServers, string topic, params RecordQuery[] queries)
    {
        List<List<ConsumedRecord>> answers = [];
        foreach (RecordQuery query in queries)
        {
            // Lengths first, so that the bytes of key and value may be anything.
            string format = readHeaders ? @"%p\t%o\t%T\t%K\t%S\t%h\n%k%s\n" : @"%p\t%o\t%T\t%K\t%S\t\n%k%s\n";
            List<string> arguments = ["-C", "-q", "-e", "-E", "-b", bootstrapServers, "-t", topic, "-f", format, "-X", "check.crcs=true"];
            if (query.Partition is { } partition)
            {
                arguments.AddRange(["-p", partition.ToString(CultureInfo.InvariantCulture)]);
            }

            string start = query.Timestamp is { } time ? string.Create(CultureInfo.InvariantCulture, $"s@{time}")
                : query.Offset?.ToString(CultureInfo.InvariantCulture) ?? "beginning";
            arguments.AddRange(["-o", start]);
            ChildResult result = (await Child.RunAsync(_kcat, arguments, input: null)).Succeeded();
            answers.Add(Parse(result.Output));
        }

        return answers;
    }

    private static List<ConsumedRecord> Parse(ReadOnlySpan<byte> output)
    {
        List<ConsumedRecord> records = [];
        while (!output.IsEmpty)
        {
            int end = output.IndexOf((byte)'\n');
            string[] columns = Encoding.UTF8.GetString(output[..end]).Split('\t');
            output = output[(end + 1)..];
            byte[]? key = Take(ref output, int.Parse(columns[3], CultureInfo.InvariantCulture));
            byte[]? value = Take(ref output, int.Parse(columns[4], CultureInfo.InvariantCulture));
            output = output[1..];
            records.Add(new ConsumedRecord(
                int.Parse(columns[0], CultureInfo.InvariantCulture),
                long.Parse(columns[1], CultureInfo.InvariantCulture),
                long.Parse(columns[2], CultureInfo.InvariantCulture),
                key,
                value,
                ParseHeaders(columns[5])));
        }

        return records;
    }

    private static byte[]? Take(ref ReadOnlySpan<byte> output, int length)
    {
        if (length < 0)
        {
            return null;
        }

        byte[] taken = output[..length].ToArray();
        output = output[length..];
        return taken;
    }

    private static List<TestHeader> ParseHeaders(string text) =>
    [
        .. text.Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .Select(parts => new TestHeader(parts[0], Encoding.UTF8.GetBytes(parts[1]))),
    ];
}

using System.Globalization;

namespace Samsa.InteropTests.RoundTrips;

/// <summary>The text files through which records go to the client scripts and come back; Clients/record_file.py describes them.</summary>
internal static class RecordFile
{
    public static void Write(string path, IEnumerable<TestRecord> records)
    {
        using StreamWriter writer = new(path) { NewLine = "\n" };
        foreach (TestRecord record in records)
        {
            string headers = string.Join(',', record.Headers.Select(header => $"{header.Name}={Encode(header.Value)}"));
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{record.Partition}\t{record.Timestamp}\t{Encode(record.Key)}\t{Encode(record.Value)}\t{headers}"));
        }
    }

    /// <summary>The records of each query, in the order in which they arrived.</summary>
    public static List<List<ConsumedRecord>> Read(string path)
    {
        List<List<ConsumedRecord>> answers = [];
        foreach (string line in File.ReadLines(path))
        {
            if (line.StartsWith('#'))
            {
                answers.Add([]);
                continue;
            }

            string[] columns = line.Split('\t');
            bool hasTimestamp = long.TryParse(columns[2], CultureInfo.InvariantCulture, out long timestamp);
            answers[^1].Add(new ConsumedRecord(
                int.Parse(columns[0], CultureInfo.InvariantCulture),
                long.Parse(columns[1], CultureInfo.InvariantCulture),
                hasTimestamp ? timestamp : null,
                Decode(columns[3]),
                Decode(columns[4]),
                ReadHeaders(columns[5])));
        }

        return answers;
    }

    private static List<TestHeader> ReadHeaders(string text)
    {
        List<TestHeader> headers = [];
        foreach (string pair in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            int at = pair.IndexOf('=', StringComparison.Ordinal);
            headers.Add(new TestHeader(pair[..at], Decode(pair[(at + 1)..])));
        }

        return headers;
    }

    private static string Encode(byte[]? data) => data is null ? "-" : Convert.ToBase64String(data);

    private static byte[]? Decode(string text) => text == "-" ? null : Convert.FromBase64String(text);
}

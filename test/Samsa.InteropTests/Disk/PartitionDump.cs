using System.Globalization;
using System.Text.RegularExpressions;
using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.Disk;

/// <summary>
/// The files of a partition through Apache Kafka's kafka-dump-log: every segment deeply, every index against its segment, producer
/// snapshots and transaction indexes. A line that is none of those of sound files fails the test.
/// </summary>
internal sealed partial class PartitionDump
{
    private static readonly string[] Kinds = [".log", ".index", ".timeindex", ".txnindex", ".snapshot"];

    public List<DumpedBatch> Batches { get; } = [];

    /// <summary>Offset, and headers, key and payload or the marker of a transaction, as the tool prints them.</summary>
    public List<string> Records { get; } = [];

    /// <summary>The aborted transactions of the transaction indexes.</summary>
    public List<string> Aborted { get; } = [];

    /// <summary>The producers of the newest snapshot, in no order.</summary>
    public List<string> Producers { get; } = [];

    /// <summary>Dumps partitions whose broker has ended, since one that runs keeps its indexes longer than what is in them.</summary>
    /// <param name="version">Of the tool.</param>
    /// <param name="directories">Of the partitions; the answer is in their order.</param>
    /// <param name="gaps">Whether offsets may be missing, as compaction leaves them.</param>
    /// <param name="isOurs">False for Apache Kafka's own indexes, where its tool finds faults: an emptied batch may be the newest there.</param>
    public static async Task<List<PartitionDump>> OfAsync(
        string version, IReadOnlyList<string> directories, bool gaps = false, bool isOurs = true)
    {
        string[] files =
        [
            .. directories.SelectMany(Directory.GetFiles).Where(file => Kinds.Contains(Path.GetExtension(file)))
                .Order(StringComparer.Ordinal),
        ];
        ChildResult all = (await ApacheTool.RunAsync(
            version, "kafka-dump-log", ["--files", string.Join(',', files), "--deep-iteration", "--print-data-log", "--verify-index-only"])).Succeeded();
        if (isOurs)
        {
            string[] faults = [.. all.Errors.Split('\n').Where(line => !IsSound(line, gaps))];
            Assert.True(faults.Length == 0, "kafka-dump-log: " + string.Join('\n', faults));
            await AssertSaneAsync(version, [.. files.Where(file => Path.GetExtension(file) is ".index" or ".timeindex")]);
        }

        Dictionary<string, PartitionDump> dumps = directories.ToDictionary(directory => directory, _ => new PartitionDump());
        Assert.Equal(files, Parse(all.Lines, dumps, gaps));
        return [.. directories.Select(directory => dumps[directory])];
    }

    private static async Task AssertSaneAsync(string version, string[] indexes)
    {
        string[] lines = (await ApacheTool.RunAsync(version, "kafka-dump-log", ["--files", string.Join(',', indexes), "--index-sanity-check"]))
            .Succeeded().Lines;
        foreach (string file in indexes)
        {
            Assert.Contains($"Dumping {file}", lines);
            Assert.Contains(lines, line => line == $"{file} passed sanity check." || IsEmpty(line, file));
        }

        Assert.Equal(2 * indexes.Length, lines.Length);
    }

    // Returns the files that were dumped.
    private static List<string> Parse(string[] lines, Dictionary<string, PartitionDump> dumps, bool gaps)
    {
        List<string> dumped = [];
        string kind = string.Empty;
        PartitionDump dump = new();
        foreach (string line in lines)
        {
            if (line.StartsWith("Dumping ", StringComparison.Ordinal))
            {
                dumped.Add(line["Dumping ".Length..]);
                dump = dumps[Path.GetDirectoryName(dumped[^1])!];
                kind = Path.GetExtension(line);
                if (kind == ".snapshot")
                {
                    dump.Producers.Clear();
                }
            }
            else if (kind == ".log" && (BatchLine().IsMatch(line) || MessageLine().IsMatch(line)))
            {
                dump.Batches.Add(ParseBatch(line, Path.GetFileName(dumped[^1])));
            }
            else if (kind == ".log" && RecordLine().Match(line) is { Success: true } record)
            {
                dump.Records.Add($"{record.Groups[1].Value} {record.Groups[2].Value}");
            }
            else if (kind == ".txnindex" && line.StartsWith("version: 0 producerId: ", StringComparison.Ordinal))
            {
                dump.Aborted.Add(line);
            }
            else if (kind == ".snapshot" && line.StartsWith("producerId: ", StringComparison.Ordinal))
            {
                dump.Producers.Add(line);
            }
            else
            {
                Assert.True(
                    IsSound(line, gaps) || IsEmpty(line, dumped.LastOrDefault() ?? string.Empty), $"kafka-dump-log of {dumped.LastOrDefault()}: {line}");
            }
        }

        return dumped;
    }

    // A segment begins after "offset -1".
    private static bool IsSound(string line, bool gaps) =>
        line.Length == 0 || StartLine().IsMatch(line) || (gaps ? GapLine() : FirstLine()).IsMatch(line);

    private static bool IsEmpty(string line, string file) => line == $"{file} is empty." && new FileInfo(file).Length == 0;

    private static DumpedBatch ParseBatch(string line, string segment)
    {
        string Text(string name, string missing)
        {
            int at = line.IndexOf(name + ": ", StringComparison.Ordinal);
            return at < 0 ? missing : line[(at + name.Length + 2)..].Split(' ')[0];
        }

        long Number(string name) => long.Parse(Text(name, "-1"), CultureInfo.InvariantCulture);
        bool modern = line.StartsWith("baseOffset", StringComparison.Ordinal);
        long first = Number(modern ? "baseOffset" : "offset");
        return new DumpedBatch(
            segment, first, modern ? Number("lastOffset") : first, (int)Number("count"), (int)Number("baseSequence"), (int)Number("lastSequence"),
            Number("producerId"), (int)Number("producerEpoch"), Text("isTransactional", "false") == "true", Text("isControl", "false") == "true",
            !Text("deleteHorizonMs", "OptionalLong.empty").EndsWith(".empty", StringComparison.Ordinal), Number("CreateTime"), (int)Number("magic"),
            Text("compresscodec", string.Empty), (int)Number("partitionLeaderEpoch"));
    }

    [GeneratedRegex(@"^baseOffset: \d+ lastOffset: \d+ count: \d+ .* magic: 2 compresscodec: \w+ crc: \d+ isvalid: true$")]
    private static partial Regex BatchLine();

    [GeneratedRegex(@"^offset: \d+ position: \d+ .* magic: [01] compresscodec: \w+ crc: \d+ isvalid: true$")]
    private static partial Regex MessageLine();

    [GeneratedRegex(@"^\| offset: (\d+) .*?((?:headerKeys: |key: |payload: ).*)?$")]
    private static partial Regex RecordLine();

    [GeneratedRegex(@"^Log starting offset: \d+$")]
    private static partial Regex StartLine();

    [GeneratedRegex(@"^(Non-consecutive offsets in .*|  -?\d+ is followed by \d+)$")]
    private static partial Regex GapLine();

    [GeneratedRegex(@"^(Non-consecutive offsets in .*|  -1 is followed by \d+)$")]
    private static partial Regex FirstLine();
}

using System.Text;
using System.Text.RegularExpressions;
using Samsa.InteropTests.Support;
using Samsa.Testing;
using Xunit;

namespace Samsa.InteropTests.DumpLog;

/// <summary>Our dump-log and Apache Kafka's kafka-dump-log of one version, side by side on the same files.</summary>
public abstract partial class DumpLogTests(string version)
{
    private readonly BothTools _tools = new(version);

    [Fact]
    public async Task Files_that_Samsa_wrote_are_printed_the_same()
    {
        await using SamsaBroker samsa = await SamsaBroker.StartAsync(
            new SamsaBrokerOptions { Overrides = new Dictionary<string, string> { ["log.segment.bytes"] = "20000", ["log.index.interval.bytes"] = "500" } });
        foreach (string codec in new[] { "none", "gzip", "snappy", "lz4", "zstd" })
        {
            string lines = string.Concat(Enumerable.Range(0, 100).Select(i => $"key-{i}:{codec} größe {i} {new string('x', i)}\n"));
            string[] arguments =
            [
                "-P", "-b", samsa.BootstrapServers, "-t", "dump", "-p", "0", "-K", ":", "-z", codec,
                "-H", "h1=a", "-H", "h2=b", "-X", "enable.idempotence=true", "-X", "batch.num.messages=9",
            ];
            (await Child.RunAsync(Tools.Kcat, arguments, Encoding.UTF8.GetBytes(lines))).Succeeded();
        }

        await samsa.StopAsync();
        string[] files = [.. Directory.GetFiles(Path.Combine(samsa.DataDirectory, "dump-0"), "0*").Order(StringComparer.Ordinal)];
        Assert.True(files.Length > 6, string.Join('\n', files));
        await _tools.SameAsync("--print-data-log", "--files", string.Join(',', files));
    }

    [Fact]
    public async Task Files_that_Apache_Kafka_wrote_are_printed_the_same()
    {
        string data = Path.Combine(RepositoryPaths.Root, "test", "Samsa.UnitTests", "TestData");
        string[] files = [.. new[] { "kafka-3.9.2-zk", "kafka-4.3.1" }
            .SelectMany(folder => Directory.GetFiles(Path.Combine(data, folder), "0*", SearchOption.AllDirectories))
            .Order(StringComparer.Ordinal)];
        Assert.True(files.Length > 70, string.Join('\n', files));
        await _tools.SameAsync("--deep-iteration", "--files", string.Join(',', files));
    }

    [Fact]
    public async Task Damaged_and_old_logs_are_printed_the_same()
    {
        using TemporaryDirectory directory = new();
        await _tools.SameAsync("--print-data-log", "--files", string.Join(',', new DamagedLogs(directory.FullName).Survivable()));
    }

    [Fact]
    public async Task Indexes_that_differ_from_the_log_are_told_the_same()
    {
        using TemporaryDirectory directory = new();
        await _tools.SameAsync("--files", string.Join(',', new DamagedLogs(directory.FullName).Indexes()));
    }

    [Fact]
    public async Task Members_of_a_consumer_group_are_the_same_JSON()
    {
        using TemporaryDirectory directory = new();
        string file = Write(directory, "consumers", StoredRecords.ConsumerGroups(seed: 2));
        Assert.InRange(await SameRecordsAsync("--offsets-decoder", file), 43, int.MaxValue);
    }

    /// <summary>Compares record by record, but for those that this version of Kafka does not know.</summary>
    /// <returns>How many were the same.</returns>
    private protected async Task<int> SameRecordsAsync(string decoder, string files)
    {
        (ChildResult apache, ChildResult ours) = await _tools.RunAsync(decoder, "--files", files);
        Assert.Equal(apache.ExitCode, ours.ExitCode);
        Assert.Equal(apache.Lines.Length, ours.Lines.Length);
        int same = 0;
        for (int i = 0; i < apache.Lines.Length; i++)
        {
            if (IsUnknown(apache.Lines[i]))
            {
                continue;
            }

            string line = ours.Lines[i];
            Assert.Equal(apache.Lines[i], line == apache.Lines[i] ? line : NewIn44().Replace(line, ""));
            same++;
        }

        return same;
    }

    private protected BothTools Both => _tools;

    private protected static string Write(TemporaryDirectory directory, string name, byte[] log)
    {
        string file = Path.Combine(Directory.CreateDirectory(directory.File(name)).FullName, "00000000000000000000.log");
        File.WriteAllBytes(file, log);
        return file;
    }

    /// <summary>
    /// Of the stream groups: a list whose default is null in 4.4 and empty before, and the tagged fields that 4.4 added.
    /// </summary>
    [GeneratedRegex(@",""(assignmentEpochs"":\[\]|(stored|failed)DescriptionTopologyEpoch"":-?\d+)")]
    private static partial Regex NewIn44();

    private static bool IsUnknown(string line) =>
        line.Contains(": Error at ", StringComparison.Ordinal) || line.Contains("key: Unknown record type ", StringComparison.Ordinal);
}

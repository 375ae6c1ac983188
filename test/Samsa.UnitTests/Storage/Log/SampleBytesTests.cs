using Samsa.Protocol;
using Samsa.Protocol.Records;
using Samsa.Storage;
using Samsa.UnitTests.Protocol.Records;
using Xunit;

namespace Samsa.UnitTests.Storage.Log;

/// <summary>The same appends leave the same bytes in every file as Apache Kafka left, after a clean stop.</summary>
public sealed class SampleBytesTests
{
    public static TheoryData<string, string> Partitions()
    {
        var data = new TheoryData<string, string>();
        foreach (var version in (string[])[Samples.Kafka39, Samples.Kafka43])
        {
            foreach (var partition in (string[])["plain-0", "append-0", "seg-0", "idem-0", "start-0", "txn-0",
                "c-gzip-0", "c-lz4-0", "c-snappy-0", "c-zstd-0"])
            {
                data.Add(version, partition);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Partitions))]
    public void The_files_equal_those_of_Kafka(string version, string partition)
    {
        using var harness = new LogHarness
        {
            Config = partition == "seg-0"
                ? LogConfig.Default with { SegmentMs = 1000, IndexIntervalBytes = 0 }
                : LogConfig.Default,
        };
        var sample = SampleFiles(version, partition);
        foreach (var log in sample.Where(file => file.Key.EndsWith(".log", StringComparison.Ordinal)).OrderBy(file => file.Key))
        {
            AppendLikeAClient(harness, log.Value);
        }

        if (partition == "start-0")
        {
            harness.Log.UpdateHighWatermark(3);
            Assert.Equal(ErrorCode.None, harness.Log.IncrementLogStartOffset(2));
        }

        harness.Log.Close();

        sample.Remove("partition.metadata");
        Assert.Equal(sample.Keys.Order(StringComparer.Ordinal), harness.FileNames());
        foreach (var (name, bytes) in sample)
        {
            Assert.True(bytes.AsSpan().SequenceEqual(harness.ReadFile(name)), $"""
                {name} differs.
                Kafka: {Convert.ToHexString(bytes)}
                Samsa: {Convert.ToHexString(harness.ReadFile(name))}
                """);
        }
    }

    [Theory]
    [MemberData(nameof(Partitions))]
    public void A_directory_of_Kafka_opens_as_it_is(string version, string partition)
    {
        foreach (var clean in (bool[])[true, false])
        {
            using var harness = new LogHarness();
            var sample = SampleFiles(version, partition);
            foreach (var (name, bytes) in sample)
            {
                harness.Files.WriteFile($"{LogHarness.Directory}/{name}", bytes);
            }

            var log = harness.Open(clean, logStartOffset: partition == "start-0" ? 2 : 0);
            var stored = new MemoryStream();
            for (var offset = log.LogStartOffset; offset < log.LogEndOffset;)
            {
                using var region = log.Read(offset, int.MaxValue, log.LogEndOffset, minOneMessage: true).Region;
                Assert.NotNull(region);
                var bytes = new byte[region.Length];
                region.CopyTo(0, bytes);
                stored.Write(bytes);
                foreach (var batch in new RecordBatchEnumerator(bytes))
                {
                    Assert.True(batch.IsCrcValid());
                    offset = batch.LastOffset + 1;
                }
            }

            var expected = sample.Where(file => file.Key.EndsWith(".log", StringComparison.Ordinal))
                .OrderBy(file => file.Key).SelectMany(file => file.Value);
            Assert.Equal(expected, stored.ToArray());

            var end = log.LogEndOffset;
            Assert.Equal(end, harness.AppendValues("one", "two").FirstOffset);
            Assert.Equal([(end, "one"), (end + 1, "two")], harness.Read(end));
            var reopened = harness.Reopen();
            Assert.Equal(end + 2, reopened.LogEndOffset);
        }
    }

    private static Dictionary<string, byte[]> SampleFiles(string version, string partition) =>
        Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "TestData", version, partition))
            .ToDictionary(path => Path.GetFileName(path), File.ReadAllBytes);

    private static void AppendLikeAClient(LogHarness harness, byte[] log)
    {
        foreach (var batch in new RecordBatchEnumerator(log))
        {
            // What a producer sends: base offset 0 and no leader epoch.
            var bytes = batch.Bytes.ToArray();
            RecordBatch.SetBaseOffset(bytes, 0);
            RecordBatch.SetLeaderEpoch(bytes, -1);
            var origin = batch.Header.IsControl ? AppendOrigin.Coordinator : AppendOrigin.Client;
            var result = harness.Append(bytes, leaderEpoch: 0, origin);
            Assert.Equal((ErrorCode.None, batch.OffsetField), (result.Error, result.FirstOffset));
        }
    }
}

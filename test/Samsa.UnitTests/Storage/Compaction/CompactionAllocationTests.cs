using Samsa.Protocol;
using Samsa.Protocol.Records;
using Samsa.Storage;
using Samsa.Storage.Compaction;
using Samsa.UnitTests.Storage.Log;
using Xunit;

namespace Samsa.UnitTests.Storage.Compaction;

public sealed class CompactionAllocationTests
{
    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public void Compaction_allocates_nothing_per_record(CompressionType codec)
    {
        // What two runs over as many batches and segments differ by is due to the records; the shared pool, which a collection may have
        // emptied, is filled by the first of each.
        var few = Math.Min(Measure(codec, recordsPerBatch: 10, out _), Measure(codec, recordsPerBatch: 10, out var fewRecords));
        var many = Math.Min(Measure(codec, recordsPerBatch: 400, out _), Measure(codec, recordsPerBatch: 400, out var manyRecords));
        Assert.True(manyRecords > fewRecords + 50_000);
        var perRecord = (many - few) / (double)(manyRecords - fewRecords);
        Assert.True(perRecord < 1, $"{perRecord} bytes per record: {few} for {fewRecords}, {many} for {manyRecords}");
    }

    private static long Measure(CompressionType codec, int recordsPerBatch, out long records)
    {
        const int batches = 200;
        var directory = Directory.CreateTempSubdirectory("samsa-compaction-").FullName;
        var scheduler = new ManualScheduler();
        using var log = PartitionLog.Open(new PartitionLogOptions
        {
            Directory = Path.Combine(directory, "t-0"),
            TopicPartition = new TopicPartition("t", 0),
            Config = CompactionHarness.Compacted with { SegmentBytes = 100_000_000, IndexIntervalBytes = 4096 },
            Scheduler = scheduler,
            CleanShutdown = true,
        });
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < batches; i++)
            {
                var keys = Enumerable.Range(0, recordsPerBatch).Select(r => ((string?)$"k{(i * recordsPerBatch) + r}", (string?)"value"));
                log.Append(
                    CompactionHarness.Batch(
                        new RecordBatchOptions { Compression = codec }, 1000, [.. round == 0 ? keys : keys.Where((_, r) => r % 2 == 0)]),
                    leaderEpoch: 0, AppendOrigin.Client);
            }
        }

        log.UpdateHighWatermark(log.LogEndOffset);
        log.Roll();
        using var compactor = new LogCompactor(TimeProvider.System, new CleanerThrottle(TimeProvider.System));
        var options = new CleanerOptions { IoBufferBytes = 256 * 1024 };
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var outcome = compactor.Clean(log, CleanableRange.Of(log, null, 2000), options, CancellationToken.None);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Assert.True(outcome.IsComplete);
        Assert.Equal(outcome.Statistics.RecordsRead * 2 / 3, outcome.Statistics.RecordsWritten);
        records = outcome.Statistics.RecordsRead + outcome.Statistics.MapRecordsRead;
        log.Dispose();
        Directory.Delete(directory, recursive: true);
        return allocated;
    }
}

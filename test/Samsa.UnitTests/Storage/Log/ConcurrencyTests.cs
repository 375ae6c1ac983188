using System.Buffers.Binary;
using Samsa.Protocol;
using Samsa.Protocol.Records;
using Samsa.Storage;
using Samsa.Storage.Files;
using Samsa.Storage.Producers;
using Xunit;

namespace Samsa.UnitTests.Storage.Log;

/// <summary>Real files, several threads, and the allocation of an append.</summary>
public sealed class ConcurrencyTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly string _directory = Directory.CreateTempSubdirectory("samsa-log-").FullName;
    private readonly ManualClock _clock = new(LogHarness.StartTime);
    private readonly ManualScheduler _scheduler = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Readers_see_whole_consecutive_batches_while_appends_rolls_and_retention_go_on()
    {
        const int Total = 20_000;
        using var log = Open(LogConfig.Default with { SegmentBytes = 20_000, RetentionBytes = 100_000, IndexIntervalBytes = 500 });
        using var stop = new CancellationTokenSource();
        var writer = OnItsOwnThread(() =>
        {
            for (var i = 0; i < Total; i++)
            {
                Assert.Equal(ErrorCode.None, log.Append(LogHarness.Batch(_clock.Now, $"{i}"), 0, AppendOrigin.Client).Error);
                log.UpdateHighWatermark(i + 1);
            }
        });
        var sweeper = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                log.ApplyRetention(_clock.Now);
                _scheduler.Run();
                await Task.Yield();
            }
        });
        var flusher = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await log.FlushAsync(log.LogEndOffset);
            }
        });
        var readers = Enumerable.Range(0, 2).Select(seed => OnItsOwnThread(() => Follow(log, Total, new Random(seed)))).ToList();

        await writer.WaitAsync(Patience);
        await Task.WhenAll(readers).WaitAsync(Patience);
        await stop.CancelAsync();
        await sweeper.WaitAsync(Patience);
        await flusher.WaitAsync(Patience);
        log.ApplyRetention(_clock.Now);
        Assert.True(log.LogStartOffset > 0);
        log.Close();
        using var reopened = Open(LogConfig.Default, clean: true);
        Assert.Equal(Total, reopened.LogEndOffset);
    }

    [Fact]
    public void An_append_and_a_read_at_the_tail_allocate_next_to_nothing()
    {
        using var log = Open(LogConfig.Default);
        var batch = LogHarness.Batch(
            new RecordBatchOptions { ProducerId = 5, ProducerEpoch = 0, BaseSequence = 0 }, _clock.Now, "value");
        var sequence = 0;
        void Append()
        {
            BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(RecordBatchHeader.BaseSequencePosition), sequence++);
            var result = log.Append(batch, 0, AppendOrigin.Client);
            if (result.Error != ErrorCode.None || result.IsDuplicate)
            {
                throw new InvalidOperationException(result.ErrorMessage);
            }

            log.UpdateHighWatermark(result.LastOffset + 1);
        }

        void Read() => log.Read(log.HighWatermark - 1, 1000, log.HighWatermark, true).Region!.Dispose();

        for (var i = 0; i < 5000; i++)
        {
            Append();
            Read();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Append();
        }

        var appends = GC.GetAllocatedBytesForCurrentThread() - before;
        for (var i = 0; i < 1000; i++)
        {
            Read();
        }

        var reads = GC.GetAllocatedBytesForCurrentThread() - before - appends;

        // An index block of 512 entries is written with a handle of its own; a region is one small object.
        Assert.InRange(appends, 0, 4000);
        Assert.InRange(reads, 0, 1000 * 80);
    }

    private static Task OnItsOwnThread(Action work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static void Follow(PartitionLog log, int total, Random random)
    {
        var offset = 0L;
        var buffer = Array.Empty<byte>();
        while (offset < total)
        {
            var result = log.Read(offset, random.Next(100, 5000), log.HighWatermark, minOneMessage: true);
            using var region = result.Region;
            if (result.Error == ErrorCode.OffsetOutOfRange)
            {
                offset = log.LogStartOffset;
                continue;
            }

            Assert.Equal(ErrorCode.None, result.Error);
            if (region is null)
            {
                continue;
            }

            Array.Resize(ref buffer, region.Length);
            region.CopyTo(0, buffer);
            foreach (var batch in new RecordBatchEnumerator(buffer))
            {
                Assert.Equal(offset, batch.OffsetField);
                Assert.True(batch.IsCrcValid());
                offset++;
            }
        }
    }

    private PartitionLog Open(LogConfig config, bool clean = false) => PartitionLog.Open(new PartitionLogOptions
    {
        Directory = Path.Combine(_directory, "t-0"),
        TopicPartition = new TopicPartition("t", 0),
        Config = config,
        Clock = _clock,
        Scheduler = _scheduler,
        Producers = new ProducerStateOptions { FileSystem = PhysicalFileSystem.Instance },
        CleanShutdown = clean,
    });
}

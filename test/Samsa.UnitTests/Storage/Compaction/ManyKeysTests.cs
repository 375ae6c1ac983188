using System.Buffers.Binary;
using System.Globalization;
using Samsa.Protocol;
using Samsa.Protocol.Records;
using Samsa.Storage;
using Samsa.Storage.Compaction;
using Samsa.Storage.Directories;
using Xunit;

namespace Samsa.UnitTests.Storage.Compaction;

/// <summary>
/// A large topic on a real disk, compacted by the broker's own cleaner while it is written to and read from.
/// <c>SAMSA_COMPACTION_KEYS=10000000</c> makes it as large as the claim: ten million keys.
/// </summary>
public sealed class ManyKeysTests : IDisposable
{
    private const int Rounds = 2;
    private const int KeysPerBatch = 1000;

    private static readonly int Keys = int.Parse(
        Environment.GetEnvironmentVariable("SAMSA_COMPACTION_KEYS") ?? "100000", CultureInfo.InvariantCulture);

    private readonly string _directory = Directory.CreateTempSubdirectory("samsa-many-keys-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_topic_is_compacted_while_it_is_written_and_read_and_every_key_keeps_its_newest_value()
    {
        // A map for half of the keys of one round: one pass cannot be enough.
        var options = new CleanerOptions { BackoffMs = 10, DedupeBufferBytes = (Keys / 2L * OffsetMap.SlotBytes) + 4096 };
        await using var manager = await LogManager.OpenAsync(new LogManagerOptions
        {
            Directories = [_directory],
            BrokerId = 0,
            ClusterId = "manykeysAAAAAAAAAAAAAA",
            Cleaner = options,
        });
        var log = manager.GetOrCreate(new TopicPartition("many", 0), Guid.Empty, LogConfig.Default with
        {
            Compact = true,
            Delete = false,
            MinCleanableDirtyRatio = 0.2,
            SegmentBytes = Math.Max(200_000, Keys * 2),
        }, isNew: true);
        manager.Cleaner!.Start();
        using var stop = new CancellationTokenSource();
        var reading = Task.Run(() => ReadOverAndOver(log, stop.Token), CancellationToken.None);
        await Task.Run(() => Write(log), TestContext.Current.CancellationToken);
        await UntilCompactedAsync(log);
        await stop.CancelAsync();
        Assert.True(await reading > 0);

        var newest = new long[Keys];
        var records = ReadAll(log, newest);
        Assert.All(newest, round => Assert.Equal(Rounds, round));
        Assert.True(records <= Keys * 1.3, $"{records} records are left of {Keys} keys.");
        Assert.Equal(0, manager.Cleaner.UncleanablePartitions(_directory));
        Assert.Equal(0, manager.Cleaner.DeadThreadCount);
    }

    private static void Write(PartitionLog log)
    {
        var key = new byte[sizeof(long)];
        var value = new byte[sizeof(long)];
        for (var round = 1; round <= Rounds; round++)
        {
            BinaryPrimitives.WriteInt64BigEndian(value, round);
            for (var first = 0; first < Keys; first += KeysPerBatch)
            {
                using var builder = new RecordBatchBuilder(new RecordBatchOptions());
                for (var i = first; i < Math.Min(Keys, first + KeysPerBatch); i++)
                {
                    BinaryPrimitives.WriteInt64BigEndian(key, i);
                    builder.Append(1_000, key, value);
                }

                Assert.Equal(ErrorCode.None, log.Append(builder.Build().ToArray(), leaderEpoch: 0, AppendOrigin.Client).Error);
                log.UpdateHighWatermark(log.LogEndOffset);
            }
        }

        log.Roll();
    }

    // Returns how often the whole log was read.
    private static int ReadOverAndOver(PartitionLog log, CancellationToken stop)
    {
        var times = 0;
        var newest = new long[Keys];
        while (!stop.IsCancellationRequested)
        {
            Array.Clear(newest);
            ReadAll(log, newest);
            times++;
        }

        return times;
    }

    // From the first to the last record: offsets ascend, checksums hold, a key's values never go back. Returns the records.
    private static long ReadAll(PartitionLog log, long[] newest)
    {
        using var reader = new RecordReader();
        var records = 0L;
        var buffer = new byte[1 << 20];
        for (var offset = log.LogStartOffset; offset < log.HighWatermark;)
        {
            using var region = log.Read(offset, buffer.Length, log.HighWatermark, minOneMessage: true).Region;
            if (region is null)
            {
                break;
            }

            region.CopyTo(0, buffer.AsSpan(0, region.Length));
            foreach (var batch in new RecordBatchEnumerator(buffer.AsSpan(0, region.Length)))
            {
                Assert.True(batch.IsCrcValid());
                var inner = reader.Read(batch);
                while (inner.MoveNext())
                {
                    var record = inner.Current;
                    Assert.True(record.Offset >= offset);
                    offset = record.Offset + 1;
                    var key = BinaryPrimitives.ReadInt64BigEndian(record.Key.Span);
                    var round = BinaryPrimitives.ReadInt64BigEndian(record.Value.Span);
                    Assert.True(round >= newest[key]);
                    newest[key] = round;
                    records++;
                }

                Assert.Equal(RecordFault.None, inner.Fault);
                offset = Math.Max(offset, batch.LastOffset + 1);
            }
        }

        return records;
    }

    private static async Task UntilCompactedAsync(PartitionLog log)
    {
        // Not all goes: what is dirty may be as much as the ratio says.
        var enough = Keys * 1.3 * 24;
        var time = TimeProvider.System;
        for (var started = time.GetTimestamp(); log.SizeInBytes > enough;)
        {
            Assert.True(time.GetElapsedTime(started) < TimeSpan.FromMinutes(10), $"{log.SizeInBytes} bytes are left.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), time, TestContext.Current.CancellationToken);
        }
    }
}

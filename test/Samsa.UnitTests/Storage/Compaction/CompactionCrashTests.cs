using Samsa.Protocol.Records;
using Samsa.Storage;
using Samsa.UnitTests.Storage.Log;
using Xunit;

namespace Samsa.UnitTests.Storage.Compaction;

/// <summary>
/// The disk stops at every single change that a compaction makes to it; what a power cut then leaves is opened again. Nothing
/// that a consumer sees may differ, and the next compaction must come to the same end.
/// </summary>
public sealed class CompactionCrashTests(ITestOutputHelper output)
{
    private const int PowerCutsPerChange = 4;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_stop_at_any_change_of_the_disk_loses_nothing(int scenario)
    {
        using var undisturbed = Build(scenario);
        var before = CommittedState.Records(undisturbed);
        var changes = undisturbed.Harness.Files.Changes;
        undisturbed.Clean(roll: false);
        changes = undisturbed.Harness.Files.Changes - changes;
        var after = CommittedState.Records(undisturbed);
        Assert.True(after.Count < before.Count);
        Assert.True(changes > 30, $"{changes} changes");
        Assert.Equal(CommittedState.Of(before), CommittedState.Of(after));

        for (var stop = 0; stop < changes; stop++)
        {
            for (var seed = 0; seed < PowerCutsPerChange; seed++)
            {
                try
                {
                    StopAndReopen(scenario, stop, seed, before, after);
                }
                catch (Exception)
                {
                    output.WriteLine($"scenario {scenario}, stop at change {stop}, seed {seed}");
                    throw;
                }
            }
        }
    }

    private static void StopAndReopen(
        int scenario, int stop, int seed, List<(long Offset, string Key, string? Value)> before,
        List<(long Offset, string Key, string? Value)> after)
    {
        using var test = Build(scenario);
        var files = test.Harness.Files;
        var end = test.Log.LogEndOffset;
        var recoveryPoint = test.Log.RecoveryPoint;
        files.ChangesLeft = stop;
        Assert.Throws<StorageException>(() => test.Clean(roll: false));
        test.Log.Dispose();
        files.ChangesLeft = null;
        files.Crash(new Random((stop * PowerCutsPerChange) + seed));
        test.Harness.Scheduler.Forget();
        test.Harness.Open(clean: false, recoveryPoint);
        test.Log.UpdateHighWatermark(test.Log.LogEndOffset);

        Assert.Equal(end, test.Log.LogEndOffset);
        var found = CommittedState.Records(test);
        Assert.Empty(found.Except(before));
        Assert.Empty(after.Except(found));
        Assert.Equal(found.OrderBy(record => record.Offset), found);
        Assert.Equal(CommittedState.Of(before), CommittedState.Of(found));
        Assert.All(test.Log.Producers.ActiveProducers(), producer => Assert.Equal(producer.ProducerId == 1 ? 11 : 5, producer.LastSequence));
        Assert.DoesNotContain(test.Harness.FileNames(), name =>
            name.EndsWith(".cleaned", StringComparison.Ordinal) || name.EndsWith(".swap", StringComparison.Ordinal));

        test.Checkpoint = null;
        test.Clean(roll: false);
        Assert.Equal(after, CommittedState.Records(test));
        Assert.Equal(2, test.Log.Producers.ActiveProducers().Count);
    }

    // Several segments with tombstones, an idempotent and a transactional producer, everything flushed.
    private static CompactionHarness Build(int scenario)
    {
        var test = new CompactionHarness(CompactionHarness.Compacted with { SegmentBytes = scenario == 1 ? 3000 : 100_000, DeleteRetentionMs = 10 });
        var random = new Random(scenario);
        for (var round = 0; round < 6; round++)
        {
            for (var i = 0; i < 4; i++)
            {
                test.Put(Records(random, 5));
            }

            test.Put(new RecordBatchOptions { ProducerId = 1, ProducerEpoch = 0, BaseSequence = 2 * round }, Records(random, 2));
            test.Put(
                new RecordBatchOptions { ProducerId = 2, ProducerEpoch = 0, BaseSequence = round, IsTransactional = true }, Records(random, 1));
            test.Marker(2, commit: round % 2 == 0);
            test.Log.Roll();
            if (scenario == 3 && round == 3)
            {
                // Tombstones are past their horizon when the compaction comes that is disturbed.
                test.Clean(roll: false);
                test.Harness.Clock.Advance(20);
            }
        }

        test.Put(("last", "1"));
        test.Log.Flush();
        test.Harness.Files.FlushDirectory(LogHarness.Directory);
        return test;
    }

    private static (string?, string?)[] Records(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => ((string?)$"k{random.Next(12)}", random.Next(5) == 0 ? null : $"v{random.Next()}"))];
}

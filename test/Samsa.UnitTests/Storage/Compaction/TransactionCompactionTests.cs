using Samsa.Protocol.Records;
using Samsa.Storage;
using Xunit;

namespace Samsa.UnitTests.Storage.Compaction;

public sealed class TransactionCompactionTests
{
    private const long RetentionMs = 1000;

    private static LogConfig Config => CompactionHarness.Compacted with { DeleteRetentionMs = RetentionMs };

    [Fact]
    public void Aborted_records_go_at_once_and_count_for_no_key()
    {
        using var test = new CompactionHarness(Config);
        test.Put(("a", "1"));
        Write(test, 1, 0, ("a", "aborted"), ("b", "aborted"));
        test.Marker(1, commit: false);
        Write(test, 1, 2, ("c", "1"));
        test.Marker(1, commit: true);
        test.Put(("d", "1"));
        test.Clean();
        Assert.Equal([(0, "a", "1"), (4, "c", "1"), (6, "d", "1")], test.ReadAll());
    }

    [Fact]
    public void A_marker_stays_until_its_records_are_gone_gets_a_horizon_then_and_goes_after_it()
    {
        using var test = new CompactionHarness(Config);
        Write(test, 1, 0, ("a", "1"));
        test.Marker(1, commit: true);
        Write(test, 1, 1, ("a", "2"));
        test.Marker(1, commit: true);
        test.Put(("a", "3"));
        test.Clean();

        // Batch 0 was there when the marker was met, batch 2 is the producer's last.
        Assert.Equal([(1, true, null), (2, false, null), (3, true, null), (4, false, null)], Shape(test));
        test.Put(("b", "1"));
        test.Clean();
        var horizon = test.Harness.Clock.Now + RetentionMs;
        Assert.Equal([(1, true, horizon), (2, false, null), (3, true, null), (4, false, null), (5, false, null)], Shape(test));

        test.Harness.Clock.Advance(RetentionMs - 1);
        test.Put(("c", "1"));
        test.Clean();
        Assert.Contains((1, true, horizon), Shape(test));
        test.Harness.Clock.Advance(1);
        test.Put(("d", "1"));
        test.Clean();
        Assert.DoesNotContain(1, Shape(test).Select(batch => batch.Item1));
        Assert.Contains((3, true, null), Shape(test));
    }

    [Fact]
    public void The_transaction_index_follows_the_batches()
    {
        using var test = new CompactionHarness(Config);
        Write(test, 1, 0, ("a", "aborted"));
        Write(test, 2, 0, ("b", "1"));
        test.Marker(1, commit: false);
        test.Marker(2, commit: true);
        Write(test, 1, 1, ("x", "1"));
        test.Marker(1, commit: true);
        Write(test, 2, 1, ("y", "1"));
        test.Marker(2, commit: true);
        var aborted = test.Log.ListAbortedTransactions(0, test.Log.LogEndOffset);
        Assert.Equal((1, 0, 2), (aborted.Single().ProducerId, aborted.Single().FirstOffset, aborted.Single().LastOffset));
        test.Clean();

        // The batch was met, so the marker and its entry stay once more.
        Assert.Equal(aborted, test.Log.ListAbortedTransactions(0, test.Log.LogEndOffset));
        Assert.Contains("00000000000000000000.txnindex", test.Harness.FileNames());
        test.Put(("c", "1"));
        test.Clean();
        Assert.Empty(test.Log.ListAbortedTransactions(0, test.Log.LogEndOffset));
        Assert.DoesNotContain("00000000000000000000.txnindex", test.Harness.FileNames());
    }

    [Fact]
    public void A_transaction_over_several_segments_is_one()
    {
        using var test = new CompactionHarness(Config);
        Write(test, 1, 0, ("a", "aborted"));
        test.Log.Roll();
        Write(test, 1, 1, ("b", "aborted"));
        test.Log.Roll();
        test.Put(("a", "1"), ("b", "1"));
        test.Log.Roll();
        test.Marker(1, commit: false);
        Write(test, 1, 2, ("c", "1"));
        test.Marker(1, commit: true);
        test.Clean();
        Assert.Equal([(2, "a", "1"), (3, "b", "1"), (5, "c", "1")], test.ReadAll());
        Assert.Equal((0, 4), test.Log.ListAbortedTransactions(0, 7).Select(entry => (entry.FirstOffset, entry.LastOffset)).Single());
    }

    [Fact]
    public void The_last_aborted_batch_of_a_producer_stays_without_its_records()
    {
        using var test = new CompactionHarness(Config);
        Write(test, 1, 0, ("a", "aborted"), ("b", "aborted"));
        test.Marker(1, commit: false);
        test.Put(("c", "1"));
        test.Clean();
        Assert.Equal([(2, "c", "1")], test.ReadAll().Select(record => (record.Offset - 1, record.Key, record.Value)));
        var batch = test.ReadBatches()[0];
        Assert.Equal((0, 1, 1, 1), (batch.BaseOffset, batch.LastOffset, batch.ProducerId, batch.LastSequence));
        Assert.Empty(batch.Records);
        Assert.Single(test.Log.ListAbortedTransactions(0, 4));
    }

    [Fact]
    public void The_last_marker_of_a_producer_that_has_nothing_else_stays()
    {
        using var test = new CompactionHarness(Config);
        Write(test, 1, 0, ("a", "1"));
        test.Marker(1, commit: false, epoch: 3);
        test.Put(("a", "2"));
        for (var i = 0; i < 3; i++)
        {
            test.Put(("b", $"{i}"));
            test.Clean();
            test.Harness.Clock.Advance(RetentionMs);
        }

        var marker = test.ReadBatches().Single(batch => batch.IsControl);
        Assert.Equal((1, 1), (marker.BaseOffset, marker.ProducerId));
    }

    [Fact]
    public void A_reader_of_a_replaced_segment_still_learns_of_aborted_transactions()
    {
        using var test = new CompactionHarness(Config);
        Write(test, 1, 0, ("a", "aborted"));
        test.Marker(1, commit: false);
        Write(test, 1, 1, ("b", "1"));
        test.Marker(1, commit: true);
        test.Log.Roll();
        test.Put(("c", "1"));
        var old = test.Log.Segments[0];
        test.Clean();
        test.Clean();
        List<AbortedTransaction>? found = null;
        old.Transactions.Collect(0, 5, ref found);
        Assert.Single(found!);
    }

    private static void Write(CompactionHarness test, long producer, int sequence, params (string?, string?)[] records) => test.Put(
        new RecordBatchOptions { ProducerId = producer, ProducerEpoch = 0, BaseSequence = sequence, IsTransactional = true }, records);

    private static List<(long, bool, long?)> Shape(CompactionHarness test) =>
        [.. test.ReadBatches().Select(batch => (batch.BaseOffset, batch.IsControl, batch.DeleteHorizonMs))];
}

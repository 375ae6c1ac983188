using Samsa.Protocol;
using Samsa.Protocol.Records;
using Samsa.Storage;
using Xunit;

namespace Samsa.UnitTests.Storage.Log;

public sealed class AppendTests : IDisposable
{
    private readonly LogHarness _harness = new();

    public void Dispose() => _harness.Dispose();

    [Fact]
    public void A_log_without_offsets_left_refuses()
    {
        _harness.Log.TruncateFullyAndStartAt(long.MaxValue - 2);

        var first = _harness.AppendValues("a");
        var second = _harness.AppendValues("b", "c");

        Assert.Equal(ErrorCode.None, first.Error);
        Assert.Equal(ErrorCode.OffsetOutOfRange, second.Error);
        Assert.Equal(long.MaxValue - 1, _harness.Log.LogEndOffset);
    }

    [Fact]
    public void Offset_and_leader_epoch_are_stamped_and_the_checksum_stays_good()
    {
        _harness.AppendValues("a", "b");
        var result = _harness.Append(LogHarness.Batch(7, "c"), leaderEpoch: 3);
        Assert.Equal((ErrorCode.None, 2L, 2L, false), (result.Error, result.FirstOffset, result.LastOffset, result.IsDuplicate));

        using var region = _harness.Log.Read(2, 1000, 3, minOneMessage: true).Region!;
        var bytes = new byte[region.Length];
        region.CopyTo(0, bytes);
        var header = new RecordBatchHeader(bytes);
        Assert.Equal((2L, 3), (header.BaseOffset, header.PartitionLeaderEpoch));
        Assert.True(RecordBatch.IsCrcValid(bytes));
        Assert.Equal(3, _harness.Log.LeaderEpochs.LatestEpoch);
        Assert.Equal(2, _harness.Log.LeaderEpochs.EndOffsetFor(0, 3).EndOffset);
    }

    [Fact]
    public void An_append_is_one_write()
    {
        _harness.AppendValues("a");
        var writes = _harness.Files.Writes;
        _harness.AppendValues("b", "c", "d");
        Assert.Equal(writes + 1, _harness.Files.Writes);
    }

    [Fact]
    public void Several_batches_get_consecutive_offsets()
    {
        byte[] batches = [.. LogHarness.Batch(1, "a", "b"), .. LogHarness.Batch(2, "c"), .. LogHarness.Batch(3, "d", "e")];
        var result = _harness.Append(batches);
        Assert.Equal((0L, 4L), (result.FirstOffset, result.LastOffset));
        Assert.Equal([(0, "a"), (1, "b"), (2, "c"), (3, "d"), (4, "e")], _harness.ReadAll());
    }

    [Fact]
    public void A_batch_larger_than_a_segment_is_refused()
    {
        _harness.Config = LogConfig.Default with { SegmentBytes = 100 };
        var result = _harness.AppendValues(new string('x', 200));
        Assert.Equal((ErrorCode.RecordListTooLarge, -1L), (result.Error, result.FirstOffset));
        Assert.Contains("segment.bytes", result.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(0, _harness.Log.LogEndOffset);
    }

    [Fact]
    public void Bytes_that_are_no_batch_are_refused_and_nothing_is_written()
    {
        byte[] batches = [.. LogHarness.Batch(1, "a"), .. new byte[80]];
        Assert.Equal(ErrorCode.CorruptMessage, _harness.Append(batches).Error);
        Assert.Equal(ErrorCode.CorruptMessage, _harness.Append(LogHarness.Batch(1, "a")[..^1]).Error);
        Assert.Equal((0L, 0L), (_harness.Log.LogEndOffset, _harness.Log.SizeInBytes));
    }

    [Fact]
    public void No_batch_at_all_changes_nothing()
    {
        var result = _harness.Append([]);
        Assert.Equal((ErrorCode.None, -1L, 0L), (result.Error, result.FirstOffset, _harness.Log.LogEndOffset));
    }

    [Fact]
    public void A_follower_keeps_offsets_and_epochs_of_its_leader()
    {
        byte[] batches =
        [
            .. LogHarness.Batch(new RecordBatchOptions { BaseOffset = 10, PartitionLeaderEpoch = 2 }, 1, "a", "b"),
            .. LogHarness.Batch(new RecordBatchOptions { BaseOffset = 15, PartitionLeaderEpoch = 4 }, 1, "c"),
        ];
        var result = _harness.Append(batches, leaderEpoch: 9, AppendOrigin.Replication);
        Assert.Equal((ErrorCode.None, 10L, 15L), (result.Error, result.FirstOffset, result.LastOffset));
        Assert.Equal([(10, "a"), (11, "b"), (15, "c")], _harness.Read(0));
        Assert.Equal([(15, "c")], _harness.Read(12));
        Assert.Equal(16, _harness.Log.LogEndOffset);
        Assert.Equal([(2, 10L), (4, 15L)], _harness.Log.LeaderEpochs.Entries.Select(entry => (entry.Epoch, entry.StartOffset)));

        var again = _harness.Append(
            LogHarness.Batch(new RecordBatchOptions { BaseOffset = 15 }, 1, "c"), 9, AppendOrigin.Replication);
        Assert.Equal(ErrorCode.OffsetOutOfRange, again.Error);
    }

    [Fact]
    public void A_repeated_sequence_is_answered_with_the_old_offset()
    {
        var first = _harness.Append(Sequenced(0, "a", "b"));
        _harness.AppendValues("other");
        var again = _harness.Append(Sequenced(0, "a", "b"));
        Assert.Equal((ErrorCode.None, true, first.FirstOffset, first.LastOffset),
            (again.Error, again.IsDuplicate, again.FirstOffset, again.LastOffset));
        Assert.Equal(3, _harness.Log.LogEndOffset);
    }

    [Fact]
    public void Sequences_and_epochs_out_of_order_are_refused()
    {
        _harness.Append(Sequenced(0, "a"));
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, _harness.Append(Sequenced(2, "c")).Error);
        Assert.Equal(ErrorCode.None, _harness.Append(Sequenced(0, epoch: 1, "b")).Error);
        Assert.Equal(ErrorCode.InvalidProducerEpoch, _harness.Append(Sequenced(1, "c")).Error);
        Assert.Equal(ErrorCode.None, _harness.Append(Sequenced(77, "c"), origin: AppendOrigin.Replication).Error is var error
            && error == ErrorCode.OffsetOutOfRange ? ErrorCode.None : error);
        Assert.Equal(2, _harness.Log.LogEndOffset);
    }

    [Fact]
    public void Producers_are_remembered_across_a_clean_restart_and_a_crash()
    {
        _harness.Append(Sequenced(0, "a"));
        _harness.Append(Sequenced(1, "b"));
        _harness.Reopen();
        Assert.True(_harness.Append(Sequenced(1, "b")).IsDuplicate);
        _harness.Append(Sequenced(2, "c"));
        _harness.Log.Flush();

        _harness.Log.Dispose();
        _harness.Open(clean: false, recoveryPoint: 0);
        Assert.Equal(3, _harness.Log.LogEndOffset);
        Assert.True(_harness.Append(Sequenced(2, "c")).IsDuplicate);
        Assert.Equal(3, _harness.Append(Sequenced(3, "d")).FirstOffset);
    }

    [Fact]
    public void A_transaction_holds_the_last_stable_offset_until_its_marker_is_committed()
    {
        _harness.AppendValues("before");
        _harness.Append(Transactional(0, "t1"));
        _harness.AppendValues("after");
        _harness.Log.UpdateHighWatermark(3);
        Assert.Equal((3L, 1L), (_harness.Log.HighWatermark, _harness.Log.LastStableOffset));

        Assert.Equal(ErrorCode.InvalidTxnState, _harness.Append(Sequenced(1, "plain")).Error);
        var marker = _harness.Append(Marker(ControlRecordType.Abort, coordinatorEpoch: 5), origin: AppendOrigin.Coordinator);
        Assert.Equal((ErrorCode.None, 3L), (marker.Error, marker.FirstOffset));
        Assert.Equal(1, _harness.Log.LastStableOffset);
        _harness.Log.UpdateHighWatermark(4);
        Assert.Equal(4, _harness.Log.LastStableOffset);
        Assert.Equal([new AbortedTransaction(7, 1, 3, 4)], _harness.Log.ListAbortedTransactions(0, 4));
        Assert.Empty(_harness.Log.ListAbortedTransactions(4, 10));

        var old = _harness.Append(Marker(ControlRecordType.Commit, coordinatorEpoch: 4), origin: AppendOrigin.Coordinator);
        Assert.Equal(ErrorCode.TransactionCoordinatorFenced, old.Error);

        _harness.Log.Flush();
        _harness.Log.Dispose();
        _harness.Open(clean: false);
        Assert.Equal([new AbortedTransaction(7, 1, 3, 4)], _harness.Log.ListAbortedTransactions(0, 4));
    }

    [Fact]
    public void A_failed_write_leaves_the_log_as_it_was()
    {
        _harness.AppendValues("a");
        _harness.Files.Fault = (operation, path) => operation == "write" ? "no space left" : null;
        var failure = Assert.Throws<StorageException>(() => _harness.Append(Sequenced(0, "b")));
        Assert.EndsWith(".log", failure.Path, StringComparison.Ordinal);
        _harness.Files.Fault = null;
        Assert.Equal(1, _harness.Log.LogEndOffset);
        Assert.Equal((1L, false), (_harness.Append(Sequenced(0, "b")) is var result ? result.FirstOffset : -1, result.IsDuplicate));
        Assert.Equal([(0, "a"), (1, "b")], _harness.ReadAll());
    }

    [Fact]
    public void A_write_that_a_full_disk_took_in_part_is_cut_off_before_the_next_append()
    {
        _harness.AppendValues("a");
        var path = LogHarness.Directory + "/00000000000000000000.log";
        var size = _harness.Log.SizeInBytes;
        var batch = Sequenced(0, "b", "much longer than what comes next");
        for (var room = 0; room < batch.Length; room++)
        {
            _harness.Files.WriteRoom = room;
            var failure = Assert.Throws<StorageException>(() => _harness.Append(batch));
            Assert.Equal((path, size), (failure.Path, _harness.Files.FileLength(path)));
        }

        _harness.Files.WriteRoom = null;
        Assert.Equal(1, _harness.Append(Sequenced(0, "c")).FirstOffset);
        Assert.Equal([(0, "a"), (1, "c")], _harness.ReadAll());
        Assert.Equal(_harness.Log.SizeInBytes, _harness.Files.FileLength(path));
        _harness.Log.Dispose();
        Assert.Equal(2, _harness.Open(clean: false).LogEndOffset);
        Assert.Equal([(0, "a"), (1, "c")], _harness.ReadAll());
    }

    [Fact]
    public void A_closed_log_refuses()
    {
        _harness.AppendValues("a");
        _harness.Log.Close();
        Assert.Equal(ErrorCode.NotLeaderOrFollower, _harness.AppendValues("b").Error);
        Assert.Equal(ErrorCode.NotLeaderOrFollower, _harness.Log.Read(0, 100, 1, true).Error);
        Assert.Equal(0, _harness.Files.OpenHandles);
    }

    private static byte[] Sequenced(int sequence, params string[] values) => Sequenced(sequence, epoch: 0, values);

    private static byte[] Sequenced(int sequence, short epoch, params string[] values) => LogHarness.Batch(
        new RecordBatchOptions { ProducerId = 7, ProducerEpoch = epoch, BaseSequence = sequence }, LogHarness.StartTime, values);

    private static byte[] Transactional(int sequence, params string[] values) => LogHarness.Batch(
        new RecordBatchOptions { ProducerId = 7, ProducerEpoch = 0, BaseSequence = sequence, IsTransactional = true },
        LogHarness.StartTime, values);

    private static byte[] Marker(ControlRecordType type, int coordinatorEpoch) =>
        ControlRecord.BuildMarkerBatch(new EndTransactionMarker(type, coordinatorEpoch), 7, 0, LogHarness.StartTime);
}

using Samsa.Storage;
using Samsa.Storage.Producers;
using Samsa.UnitTests.Protocol.Records;
using Samsa.UnitTests.Storage.Files;
using Xunit;

namespace Samsa.UnitTests.Storage.Producers;

public sealed class ProducerSnapshotTests
{
    private const string Directory = "/data/t-0";
    private const long Day = 24L * 60 * 60 * 1000;
    private readonly MemoryFileSystem _files = new();

    public ProducerSnapshotTests() => _files.CreateDirectory(Directory);

    [Fact]
    public void The_snapshot_of_an_idempotent_producer_has_Kafkas_bytes()
    {
        var state = New();
        state.Update(new ProducerBatch(0, 0, 0, 1, 0, 1, 1795220000001, IsTransactional: false));
        state.Update(new ProducerBatch(0, 0, 2, 3, 2, 3, 1795220000002, IsTransactional: false));
        state.UpdateMapEndOffset(4);
        state.TakeSnapshot();
        Assert.Equal(Samples.Read($"{Samples.Kafka39}/idem-0/00000000000000000004.snapshot"), Snapshot(4));
    }

    [Fact]
    public void The_snapshot_after_transactions_has_Kafkas_bytes()
    {
        var state = New();
        state.Update(new ProducerBatch(1, 0, 0, 0, 0, 0, 1795220000000, IsTransactional: true));
        state.CompleteTransaction(new TransactionMarker(1, 0, 0, IsAbort: false, 1, 1795221683000));
        state.Update(new ProducerBatch(1, 0, 1, 1, 2, 2, 1795220000000, IsTransactional: true));
        state.CompleteTransaction(new TransactionMarker(1, 0, 0, IsAbort: true, 3, 0x01a1fb8cfc2e));
        state.UpdateMapEndOffset(4);
        state.TakeSnapshot();
        Assert.Equal(Samples.Read($"{Samples.Kafka39}/txn-0/00000000000000000004.snapshot"), Snapshot(4));
    }

    [Theory]
    [InlineData(Samples.Kafka39, "plain-0", 3)]
    [InlineData(Samples.Kafka39, "idem-0", 4)]
    [InlineData(Samples.Kafka39, "txn-0", 4)]
    [InlineData(Samples.Kafka43, "txn-0", 4)]
    public void A_snapshot_of_Kafka_is_written_as_it_was_read(string version, string partition, long offset)
    {
        var golden = Samples.Read($"{version}/{partition}/{offset:D20}.snapshot");
        _files.WriteFile(ProducerSnapshotFile.PathFor(Directory, offset), golden);
        var state = New();
        Assert.Equal(offset, state.Load(0, offset, now: 1795220000000));
        state.UpdateMapEndOffset(offset + 1);
        state.TakeSnapshot();
        Assert.Equal(golden, Snapshot(offset + 1));
    }

    [Fact]
    public void After_a_restart_only_the_newest_batch_is_a_duplicate_and_the_open_transaction_is_back()
    {
        var state = New();
        for (var i = 0; i < 3; i++)
        {
            state.Update(Batch(sequence: i, offset: i) with { IsTransactional = true });
        }

        state.UpdateMapEndOffset(3);
        state.TakeSnapshot();

        var again = New();
        Assert.Equal(3, again.Load(0, 3, now: 0));
        Assert.Equal(0, again.FirstUnstableOffset);
        Assert.Equal(ProducerVerdict.Duplicate, again.Check(Batch(2, 3), AppendOrigin.Client).Verdict);
        Assert.Equal(ProducerVerdict.OutOfOrderSequence, again.Check(Batch(1, 3), AppendOrigin.Client).Verdict);
        Assert.Equal(ProducerVerdict.Accepted, again.Check(Batch(3, 3) with { IsTransactional = true }, AppendOrigin.Client).Verdict);
    }

    [Fact]
    public void The_newest_sound_snapshot_within_the_log_is_loaded_and_the_others_above_go()
    {
        var state = New();
        for (var i = 0; i < 4; i++)
        {
            state.Update(Batch(i, i));
            state.UpdateMapEndOffset(i + 1);
            state.TakeSnapshot();
        }

        _files.WriteFile(ProducerSnapshotFile.PathFor(Directory, 3), [0, 1, 2]);

        var again = New();
        Assert.Equal(2, again.Load(0, 3, now: 0));
        Assert.Equal(1, Assert.Single(again.ActiveProducers()).LastSequence);
        Assert.Equal([1, 2], again.Snapshots());
    }

    [Fact]
    public void Without_snapshots_replay_begins_at_the_log_start() => Assert.Equal(7, New().Load(7, 100, now: 0));

    [Fact]
    public void Expired_producers_are_not_loaded()
    {
        var state = New();
        state.Update(Batch(0, 0));
        state.UpdateMapEndOffset(1);
        state.TakeSnapshot();
        var again = New();
        again.Load(0, 1, now: 100 + Day);
        Assert.Equal(0, again.Count);
    }

    [Fact]
    public void A_snapshot_is_taken_once_per_offset_and_never_of_an_empty_log()
    {
        var state = New();
        state.TakeSnapshot();
        Assert.Empty(state.Snapshots());
        state.Update(Batch(0, 0));
        state.UpdateMapEndOffset(1);
        state.TakeSnapshot();
        var flushes = _files.Flushes;
        state.TakeSnapshot();
        Assert.Equal(flushes, _files.Flushes);
    }

    [Fact]
    public void Truncation_reloads_unless_the_state_already_ends_there()
    {
        var state = New();
        for (var i = 0; i < 4; i++)
        {
            state.Update(Batch(i, i));
            state.UpdateMapEndOffset(i + 1);
            if (i is 1 or 3)
            {
                state.TakeSnapshot();
            }
        }

        Assert.Equal(4, state.TruncateAndReload(0, 4, now: 0));
        Assert.Equal(2, state.TruncateAndReload(0, 3, now: 0));
        Assert.Equal(1, Assert.Single(state.ActiveProducers()).LastSequence);
        Assert.Equal([2], state.Snapshots());
    }

    [Fact]
    public void Snapshots_are_deleted_with_their_segments()
    {
        foreach (var offset in (long[])[1, 5, 9, 12])
        {
            _files.WriteFile(ProducerSnapshotFile.PathFor(Directory, offset), Samples.Read($"{Samples.Kafka39}/plain-0/00000000000000000003.snapshot"));
        }

        var state = New();
        state.DeleteStraySnapshots(new HashSet<long> { 5 });
        Assert.Equal([5, 12], state.Snapshots());
        state.DeleteSnapshot(5);
        state.DeleteSnapshot(12);
        Assert.Empty(state.Snapshots());
    }

    [Theory]
    [InlineData(new byte[] { 0, 1 }, "it has 2 bytes")]
    [InlineData(new byte[] { 0, 2, 0, 0, 0, 0, 0, 0, 0, 0 }, "its version is 2")]
    [InlineData(new byte[] { 0, 1, 0, 0, 0, 0, 0, 0, 0, 0 }, "checksum")]
    public void An_unsound_snapshot_says_why(byte[] bytes, string expected)
    {
        Assert.False(ProducerSnapshotFile.TryDecode(bytes, out var producers, out var fault));
        Assert.Empty(producers);
        Assert.Contains(expected, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_count_that_lies_is_no_reason_to_allocate()
    {
        byte[] bytes = [0, 1, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(
            bytes.AsSpan(2), Samsa.Protocol.Records.Crc32C.Compute(bytes.AsSpan(6)));
        Assert.False(ProducerSnapshotFile.TryDecode(bytes, out _, out var fault));
        Assert.Contains("announces 2147483647 producers", fault, StringComparison.Ordinal);
    }

    private static ProducerBatch Batch(int sequence, long offset) => new(1, 0, sequence, sequence, offset, offset, 100, IsTransactional: false);

    private ProducerStateManager New() => new(Directory, new ProducerStateOptions { FileSystem = _files });

    private byte[] Snapshot(long offset) => _files.ReadAllBytes(ProducerSnapshotFile.PathFor(Directory, offset));
}

using Samsa.Storage;
using Samsa.Storage.Producers;
using Samsa.UnitTests.Storage.Files;
using Xunit;

namespace Samsa.UnitTests.Storage.Producers;

public sealed class TransactionStateTests
{
    private readonly ProducerStateManager _state =
        new("/data/t-0", new ProducerStateOptions { FileSystem = new MemoryFileSystem() });

    [Fact]
    public void A_transaction_is_unstable_until_the_high_watermark_passes_its_marker()
    {
        Data(1, offset: 10);
        Data(1, offset: 11, sequence: 1);
        Assert.Equal(10, _state.FirstUnstableOffset);
        Assert.True(_state.HasOpenTransaction(1, 0));
        Assert.False(_state.HasOpenTransaction(1, 1));

        Assert.Equal(new CompletedTransaction(1, 10, 12, IsAborted: true, LastStableOffset: 13), Mark(1, offset: 12, abort: true));

        Assert.False(_state.HasOpenTransaction(1, 0));
        Assert.Equal(10, _state.FirstUnstableOffset);
        _state.OnHighWatermark(12);
        Assert.Equal(10, _state.FirstUnstableOffset);
        _state.OnHighWatermark(13);
        Assert.Null(_state.FirstUnstableOffset);
    }

    [Fact]
    public void The_oldest_open_transaction_rules_over_the_stable_offset()
    {
        Data(1, offset: 10);
        Data(2, offset: 20);
        Data(3, offset: 30);
        Assert.Equal(10, Mark(2, offset: 40, abort: true)!.Value.LastStableOffset);
        _state.OnHighWatermark(41);
        Assert.Equal(10, _state.FirstUnstableOffset);
        Assert.Equal(30, Mark(1, offset: 41)!.Value.LastStableOffset);
        _state.OnHighWatermark(42);
        Assert.Equal(30, _state.FirstUnstableOffset);
    }

    [Fact]
    public void A_marker_without_a_transaction_ends_none_but_is_remembered()
    {
        Assert.Null(Mark(1, offset: 0, coordinator: 5, epoch: 3));
        Assert.Equal(new ActiveProducer(1, 3, -1, 100, 5, -1), Assert.Single(_state.ActiveProducers()));
        var old = new ProducerBatch(1, 2, 0, 0, 1, 1, 100, IsTransactional: true);
        Assert.Equal(ProducerVerdict.InvalidProducerEpoch, _state.Check(old, AppendOrigin.Client).Verdict);
        var next = old with { ProducerEpoch = 3 };
        Assert.Equal(ProducerVerdict.Accepted, _state.Check(next, AppendOrigin.Client).Verdict);
    }

    [Fact]
    public void A_plain_batch_inside_an_open_transaction_is_refused()
    {
        Data(1, offset: 10);
        var plain = new ProducerBatch(1, 0, 1, 1, 11, 11, 100, IsTransactional: false);
        Assert.Equal(ProducerVerdict.InvalidTransactionState, _state.Check(plain, AppendOrigin.Client).Verdict);
        Mark(1, offset: 11);
        Assert.Equal(ProducerVerdict.Accepted, _state.Check(plain, AppendOrigin.Client).Verdict);
    }

    [Fact]
    public void Markers_of_older_coordinators_and_producers_are_fenced_unless_replicated()
    {
        Mark(1, offset: 0, coordinator: 5, epoch: 3);
        var marker = new TransactionMarker(1, 3, 4, IsAbort: false, 1, 100);
        Assert.Equal(ProducerVerdict.CoordinatorFenced, _state.CheckMarker(marker, AppendOrigin.Coordinator).Verdict);
        Assert.Equal(ProducerVerdict.Accepted, _state.CheckMarker(marker, AppendOrigin.Replication).Verdict);
        Assert.Equal(ProducerVerdict.Accepted, _state.CheckMarker(marker with { CoordinatorEpoch = 5 }, AppendOrigin.Coordinator).Verdict);
        Assert.Equal(ProducerVerdict.InvalidProducerEpoch,
            _state.CheckMarker(marker with { CoordinatorEpoch = 9, ProducerEpoch = 2 }, AppendOrigin.Coordinator).Verdict);
        Assert.Equal(ProducerVerdict.Accepted, _state.CheckMarker(marker with { ProducerId = 2 }, AppendOrigin.Coordinator).Verdict);
    }

    [Fact]
    public void The_log_start_settles_ended_transactions_below_it()
    {
        Data(1, offset: 10);
        Mark(1, offset: 11);
        Data(2, offset: 12);
        _state.OnLogStartOffset(12);
        Assert.Equal(12, _state.FirstUnstableOffset);
    }

    [Fact]
    public void Emptying_the_log_forgets_all_transactions()
    {
        Data(1, offset: 10);
        _state.TruncateFullyAndStartAt(50);
        Assert.Null(_state.FirstUnstableOffset);
        Assert.Equal((0, 50L), (_state.Count, _state.MapEndOffset));
    }

    private void Data(long id, long offset, int sequence = 0) =>
        _state.Update(new ProducerBatch(id, 0, sequence, sequence, offset, offset, 100, IsTransactional: true));

    private CompletedTransaction? Mark(long id, long offset, bool abort = false, int coordinator = 0, short epoch = 0) =>
        _state.CompleteTransaction(new TransactionMarker(id, epoch, coordinator, abort, offset, 100));
}

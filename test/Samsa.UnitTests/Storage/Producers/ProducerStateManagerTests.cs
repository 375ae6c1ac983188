using Samsa.Storage;
using Samsa.Storage.Producers;
using Samsa.UnitTests.Storage.Files;
using Xunit;

namespace Samsa.UnitTests.Storage.Producers;

/// <summary>The rules of idempotent producers (KIP-98, KIP-360), as measured on brokers of Kafka 3.9 and 4.3.</summary>
public sealed class ProducerStateManagerTests
{
    private const string Directory = "/data/t-0";
    private readonly MemoryFileSystem _files = new();
    private readonly ProducerStateManager _state;
    private long _next;

    public ProducerStateManagerTests()
    {
        _files.CreateDirectory(Directory);
        _state = new ProducerStateManager(Directory, new ProducerStateOptions { FileSystem = _files, ExpirationMs = 1000 });
    }

    [Fact]
    public void An_unknown_producer_may_begin_anywhere() => Assert.Equal(ProducerVerdict.Accepted, Send(first: 4711).Verdict);

    [Fact]
    public void Sequences_follow_each_other()
    {
        Send(first: 0, count: 3);
        Assert.Equal(ProducerVerdict.Accepted, Send(first: 3).Verdict);
        var gap = Send(first: 5);
        Assert.Equal(ProducerVerdict.OutOfOrderSequence, gap.Verdict);
        Assert.Contains("sent sequence 5; its last sequence here is 3", gap.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_of_the_last_five_batches_is_a_duplicate_with_its_old_offsets()
    {
        for (var i = 0; i < 7; i++)
        {
            Send(first: i * 2, count: 2, timestamp: 100 + i);
        }

        for (var i = 2; i < 7; i++)
        {
            Assert.Equal(
                (ProducerVerdict.Duplicate, i * 2L, i * 2L + 1, 100L + i),
                Send(first: i * 2, count: 2) is var found ? (found.Verdict, found.FirstOffset, found.LastOffset, found.Timestamp) : default);
        }

        Assert.Equal(ProducerVerdict.OutOfOrderSequence, Send(first: 2, count: 2).Verdict);
        Assert.Equal(ProducerVerdict.Accepted, Send(first: 14).Verdict);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(0, 3)]
    [InlineData(1, 2)]
    public void A_partial_overlap_is_out_of_order(int first, int count)
    {
        Send(first: 0, count: 2);
        Assert.Equal(ProducerVerdict.OutOfOrderSequence, Send(first, count).Verdict);
    }

    [Fact]
    public void The_largest_sequence_is_followed_by_0()
    {
        Send(first: int.MaxValue - 1, count: 2);
        Assert.Equal(ProducerVerdict.Accepted, Send(first: 0, count: 2).Verdict);
        Assert.Equal(ProducerVerdict.Duplicate, Send(first: int.MaxValue - 1, count: 2).Verdict);
    }

    [Fact]
    public void A_batch_may_wrap_around_and_is_found_again()
    {
        Send(first: int.MaxValue - 1, count: 4);
        Assert.Equal(ProducerVerdict.Duplicate, Send(first: int.MaxValue - 1, count: 4).Verdict);
        Assert.Equal(ProducerVerdict.Accepted, Send(first: 2).Verdict);
    }

    [Fact]
    public void A_new_epoch_begins_with_sequence_0()
    {
        Send(first: 0, count: 5);
        Assert.Equal(ProducerVerdict.OutOfOrderSequence, Send(first: 5, epoch: 1).Verdict);
        Assert.Equal(ProducerVerdict.Accepted, Send(first: 0, count: 5, epoch: 1).Verdict);
    }

    [Fact]
    public void A_batch_of_the_old_epoch_is_fenced_and_no_duplicate()
    {
        Send(first: 0);
        Send(first: 0, epoch: 1);
        var old = Send(first: 0);
        Assert.Equal(ProducerVerdict.InvalidProducerEpoch, old.Verdict);
        Assert.Contains("sent epoch 0; a newer producer has epoch 1", old.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Replicated_batches_are_taken_as_they_come()
    {
        Send(first: 0, epoch: 3);
        Assert.Equal(ProducerVerdict.Accepted, Send(first: 77, epoch: 1, origin: AppendOrigin.Replication).Verdict);
    }

    [Fact]
    public void Of_coordinators_only_the_epoch_is_checked()
    {
        Send(first: -1, origin: AppendOrigin.Coordinator, epoch: 2);
        Assert.Equal(ProducerVerdict.Accepted, Send(first: -1, origin: AppendOrigin.Coordinator, epoch: 2).Verdict);
        Assert.Equal(ProducerVerdict.InvalidProducerEpoch, Send(first: -1, origin: AppendOrigin.Coordinator, epoch: 1).Verdict);
    }

    [Fact]
    public void Producers_do_not_know_of_each_other()
    {
        Send(first: 0, count: 5, id: 1);
        Assert.Equal(ProducerVerdict.Accepted, Send(first: 0, count: 5, id: 2).Verdict);
        Assert.Equal(2, _state.Count);
    }

    [Fact]
    public void A_producer_expires_after_its_last_batch_unless_its_transaction_is_open()
    {
        Send(first: 0, id: 1, timestamp: 500);
        Send(first: 0, id: 2, timestamp: 500, transactional: true);
        Assert.Equal(0, _state.RemoveExpired(1499));
        Assert.Equal(1, _state.RemoveExpired(1500));
        Assert.Equal(2, Assert.Single(_state.ActiveProducers()).ProducerId);
        Assert.Equal(ProducerVerdict.Accepted, Send(first: 99, id: 1).Verdict);
    }

    [Fact]
    public void Active_producers_show_what_DescribeProducers_asks()
    {
        Send(first: 0, count: 3, id: 7, epoch: 2, timestamp: 55, transactional: true);
        Assert.Equal(new ActiveProducer(7, 2, 2, 55, -1, 0) { LastOffset = 2 }, Assert.Single(_state.ActiveProducers()));
    }

    [Fact]
    public void Checking_and_noting_a_known_producer_allocates_nothing()
    {
        Send(first: 0);
        long allocated = 0;
        for (var i = 1; i < 1000; i++)
        {
            var batch = new ProducerBatch(1, 0, i, i, i, i, 100, IsTransactional: false);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var verdict = _state.Check(batch, AppendOrigin.Client).Verdict;
            _state.Update(batch);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Equal(ProducerVerdict.Accepted, verdict);
        }

        Assert.Equal(0, allocated);
    }

    [Fact]
    public void Random_histories_agree_with_a_simple_model()
    {
        const int Seed = 2024;
        var random = new Random(Seed);
        var sent = new List<(int First, int Last, long Offset)>();
        var last = -1;
        for (var round = 0; round < 20_000; round++)
        {
            var resend = sent.Count > 0 && random.Next(2) == 0;
            var (first, count) = resend
                ? (sent[random.Next(Math.Max(0, sent.Count - 8), sent.Count)] is var old ? old.First : 0, random.Next(1, 3))
                : (last + 1 + random.Next(5) / 4, random.Next(1, 3));
            var known = sent.TakeLast(5).Where(batch => batch.First == first && batch.Last == first + count - 1).ToList();
            var expected = known.Count > 0 ? ProducerVerdict.Duplicate
                : last < 0 || first == last + 1 ? ProducerVerdict.Accepted
                : ProducerVerdict.OutOfOrderSequence;
            var offset = _next;

            var result = Send(first, count);

            Assert.True(expected == result.Verdict, $"Seed {Seed}, round {round}: {expected} != {result.Verdict}");
            if (expected == ProducerVerdict.Duplicate)
            {
                Assert.Equal(known[^1].Offset, result.FirstOffset);
            }
            else if (expected == ProducerVerdict.Accepted)
            {
                last = first + count - 1;
                sent.Add((first, last, offset));
            }
        }
    }

    private ProducerCheckResult Send(
        int first, int count = 1, long id = 1, short epoch = 0, long timestamp = 100, bool transactional = false,
        AppendOrigin origin = AppendOrigin.Client)
    {
        var last = first < 0 ? first : (int)(((long)first + count - 1) % (1L + int.MaxValue));
        var batch = new ProducerBatch(id, epoch, first, last, _next, _next + count - 1, timestamp, transactional);
        var result = _state.Check(batch, origin);
        if (result.Verdict == ProducerVerdict.Accepted)
        {
            _state.Update(batch);
            _next += count;
            _state.UpdateMapEndOffset(_next);
        }

        return result;
    }
}

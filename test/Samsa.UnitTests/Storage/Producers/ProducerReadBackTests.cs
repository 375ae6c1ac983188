using Samsa.Protocol;
using Samsa.Protocol.Records;
using Samsa.Storage;
using Samsa.UnitTests.Storage.Log;
using Xunit;

namespace Samsa.UnitTests.Storage.Producers;

/// <summary>
/// A log that is opened or cut knows up to five batches of each producer again, although the snapshot holds one: a client may send
/// that many again.
/// </summary>
public sealed class ProducerReadBackTests : IDisposable
{
    private readonly LogHarness _harness = new();

    public void Dispose() => _harness.Dispose();

    [Fact]
    public void A_clean_restart_knows_the_last_five_batches_of_each_producer()
    {
        for (var i = 0; i < 7; i++)
        {
            Append(producer: 1, sequence: 2 * i, count: 2);
            Append(producer: 2, sequence: i);
        }

        _harness.Reopen();

        for (var i = 2; i < 7; i++)
        {
            Assert.Equal((true, 3 * i), Again(producer: 1, sequence: 2 * i, count: 2));
            Assert.Equal((true, (3 * i) + 2), Again(producer: 2, sequence: i));
        }

        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, Send(producer: 1, sequence: 2, count: 2).Error);
        Append(producer: 1, sequence: 14);
        Append(producer: 2, sequence: 7);
        Assert.Equal((true, 18), Again(producer: 1, sequence: 12, count: 2));
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, Send(producer: 1, sequence: 4, count: 2).Error);
        Assert.Equal(23, _harness.Log.LogEndOffset);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Batches_are_found_in_earlier_segments_too(bool clean)
    {
        for (var i = 0; i < 5; i++)
        {
            Append(producer: 1, sequence: i);
            if (i != 3)
            {
                _harness.Log.Roll();
            }
        }

        Restart(clean);

        Assert.All(Enumerable.Range(0, 5), i => Assert.Equal((true, i), Again(producer: 1, sequence: i)));
    }

    [Fact]
    public void A_truncation_brings_back_what_newer_batches_had_displaced()
    {
        for (var i = 0; i < 10; i++)
        {
            Append(producer: 1, sequence: i);
            if (i == 3)
            {
                _harness.Log.Roll();
            }
        }

        _harness.Log.TruncateTo(6);

        Assert.All(Enumerable.Range(1, 5), i => Assert.Equal((true, i), Again(producer: 1, sequence: i)));
        Append(producer: 1, sequence: 6);
    }

    [Fact]
    public void Batches_of_an_earlier_epoch_are_not_known_again()
    {
        Append(producer: 1, sequence: 0);
        Append(producer: 1, sequence: 1);
        _harness.Log.Producers.RemoveExpired(long.MaxValue);
        Append(producer: 1, sequence: 2, epoch: 1);
        Append(producer: 1, sequence: 3, epoch: 1);

        _harness.Reopen();

        Assert.Equal((true, 2), Again(producer: 1, sequence: 2, epoch: 1));
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, Send(producer: 1, sequence: 1, epoch: 1).Error);
    }

    [Fact]
    public void Batches_before_a_gap_in_the_sequences_are_not_known_again()
    {
        // A producer that was forgotten may go on with any sequence (KIP-360).
        Append(producer: 1, sequence: 0);
        Append(producer: 1, sequence: 1);
        _harness.Log.Producers.RemoveExpired(long.MaxValue);
        Append(producer: 1, sequence: 7);
        Append(producer: 1, sequence: 8);

        _harness.Reopen();

        Assert.Equal((true, 2), Again(producer: 1, sequence: 7));
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, Send(producer: 1, sequence: 1).Error);
    }

    [Fact]
    public void A_sequence_that_wraps_is_followed()
    {
        Append(producer: 1, sequence: int.MaxValue - 3, count: 3);
        Append(producer: 1, sequence: int.MaxValue, count: 2);
        Append(producer: 1, sequence: 1);

        _harness.Reopen();

        Assert.Equal((true, 0), Again(producer: 1, sequence: int.MaxValue - 3, count: 3));
        Assert.Equal((true, 3), Again(producer: 1, sequence: int.MaxValue, count: 2));
    }

    [Theory]
    [InlineData(200, true)]
    [InlineData(300, false)]
    public void How_far_is_read_back_has_a_bound(int batchesOfOthers, bool isKnown)
    {
        _harness.Config = LogConfig.Default with { IndexIntervalBytes = 0 };
        Append(producer: 1, sequence: 0);
        for (var i = 0; i < batchesOfOthers; i++)
        {
            _harness.AppendValues("from nobody in particular");
        }

        Append(producer: 1, sequence: 1);
        _harness.Log.Close();
        var reads = _harness.Files.Reads;

        _harness.Open(clean: true, recoveryPoint: batchesOfOthers + 2);

        Assert.InRange(_harness.Files.Reads - reads, 1, 60);
        Assert.Equal((true, batchesOfOthers + 1), Again(producer: 1, sequence: 1));
        Assert.Equal(isKnown ? ErrorCode.None : ErrorCode.OutOfOrderSequenceNumber, Send(producer: 1, sequence: 0).Error);
    }

    [Fact]
    public void Nothing_is_read_back_for_producers_that_are_complete()
    {
        _harness.Config = LogConfig.Default with { IndexIntervalBytes = 0 };
        for (var producer = 1; producer < 50; producer++)
        {
            Append(producer, sequence: 0, count: 3);
        }

        _harness.Log.Close();
        var reads = _harness.Files.Reads;

        _harness.Open(clean: true, recoveryPoint: 3 * 49);

        Assert.InRange(_harness.Files.Reads - reads, 0, 5);
    }

    private void Restart(bool clean)
    {
        if (clean)
        {
            _harness.Reopen();
            return;
        }

        _harness.Log.Dispose();
        _harness.Open(clean: false, recoveryPoint: 4);
    }

    private void Append(int producer, int sequence, int count = 1, short epoch = 0)
    {
        var result = Send(producer, sequence, count, epoch);
        Assert.Equal((ErrorCode.None, false), (result.Error, result.IsDuplicate));
    }

    private (bool IsDuplicate, long Offset) Again(int producer, int sequence, int count = 1, short epoch = 0)
    {
        var result = Send(producer, sequence, count, epoch);
        Assert.Equal(ErrorCode.None, result.Error);
        return (result.IsDuplicate, result.FirstOffset);
    }

    private LogAppendResult Send(int producer, int sequence, int count = 1, short epoch = 0) => _harness.Append(LogHarness.Batch(
        new RecordBatchOptions { ProducerId = producer, ProducerEpoch = epoch, BaseSequence = sequence },
        _harness.Clock.Now,
        [.. Enumerable.Range(0, count).Select(static i => $"value {i}")]));
}

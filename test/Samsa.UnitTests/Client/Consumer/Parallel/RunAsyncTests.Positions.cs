using Samsa.Client.Consumer;
using Samsa.Client.Serialization;
using Xunit;

namespace Samsa.UnitTests.Client.Consumer.Parallel;

// What moves positions and partitions while records are in work, and what cannot be.
public sealed partial class RunAsyncTests
{
    [Fact]
    public async Task A_record_that_cannot_be_read_ends_it_after_those_before_it()
    {
        _stage.First.AddKeys("ab").Add(1).AddKeys("c");
        await using var consumer = new KafkaConsumer<string, int>(_stage.Options, Deserializers.Utf8, new NumberDeserializer(), null, _stage.Cluster);
        consumer.Assign(First);

        var failure = await Assert.ThrowsAsync<DeserializationException>(() => consumer.RunAsync(
            (record, _) =>
            {
                _ended.Enqueue(record.Value);
                return ValueTask.CompletedTask;
            },
            cancellationToken: Cancellation));

        Assert.Equal(2, failure.Offset);
        Assert.Equal([0L, 1], _ended.Order());
        Assert.Equal(2, consumer.Position(First)!.Value.Offset);
    }

    [Fact]
    public async Task A_seek_forgets_what_is_in_work()
    {
        _stage.First.AddKeys("abcd");
        Gate(2, 3);
        await using var consumer = _stage.Typed();
        consumer.Assign(First);
        using var stop = Stop();
        var run = consumer.RunAsync(GatedAsync, new ProcessingOptions { DegreeOfParallelism = 4 }, cancellationToken: stop.Token);
        await BegunAsync(0, 1, 2, 3);

        consumer.Seek(new TopicPartitionOffset(First, 1));
        await UntilAsync(() => _begun.Count(offset => offset == 1) == 2);
        await UntilCommittedAsync(consumer, 2);
        Open();
        await UntilCommittedAsync(consumer, 4);

        // Those of before were told that nobody waits any more.
        Assert.Equal(1, _ended.Count(offset => offset == 3));
        await EndAsync(run, stop);
    }

    [Fact]
    public async Task A_pause_forgets_nothing()
    {
        _stage.First.AddKeys("ab");
        Gate(0);
        await using var consumer = _stage.Typed();
        consumer.Assign(First);
        using var stop = Stop();
        var run = consumer.RunAsync(GatedAsync, new ProcessingOptions { DegreeOfParallelism = 4 }, cancellationToken: stop.Token);
        await UntilAsync(() => _ended.Contains(1));

        consumer.Pause(First);
        _stage.First.AddKeys("cd");
        consumer.Resume(First);
        await UntilAsync(() => _ended.Contains(3));

        await consumer.CommitAsync(Cancellation);
        Assert.Equal(0, _group[First]?.Offset ?? 0);
        Open();
        await UntilCommittedAsync(consumer, 4);
        await EndAsync(run, stop);
    }

    [Fact]
    public async Task Results_of_a_partition_that_was_given_back_do_not_count()
    {
        _stage.First.AddKeys("abb");
        _stage.Partitions[1].AddKeys("a");
        Gate(1);
        await using var consumer = _stage.Typed();
        consumer.Assign(First);
        using var stop = Stop();
        var run = consumer.RunAsync(GatedAsync, new ProcessingOptions { DegreeOfParallelism = 4 }, cancellationToken: stop.Token);
        await BegunAsync(0, 1);

        consumer.Assign(_stage.Partitions[1].Id);
        Open();
        await UntilAsync(() => _ended.Contains(1));
        await UntilAsync(() => _ended.Count(offset => offset == 0) == 2);

        await EndAsync(run, stop);
        Assert.DoesNotContain(2, _begun);
        Assert.Null(_group[First]);
    }

    [Fact]
    public async Task Only_one_call_works_at_a_time_and_the_next_one_goes_on()
    {
        _stage.First.AddKeys("ab");
        await using var consumer = _stage.Typed();
        consumer.Assign(First);
        using var stop = Stop();
        var run = consumer.RunAsync(GatedAsync, cancellationToken: stop.Token);
        await UntilAsync(() => _ended.Count == 2);
        await Assert.ThrowsAsync<InvalidOperationException>(() => consumer.RunAsync(GatedAsync, cancellationToken: Cancellation));
        await EndAsync(run, stop);

        _stage.First.AddKeys("c");
        using var again = Stop();
        run = consumer.RunAsync(GatedAsync, cancellationToken: again.Token);
        await UntilAsync(() => _ended.Count == 3);
        await EndAsync(run, again);
        Assert.Equal([0L, 1, 2], _begun.Order());
    }

    [Fact]
    public async Task Without_automatic_stores_the_program_says_what_is_done()
    {
        _stage.Options.EnableAutoOffsetStore = false;
        _stage.First.AddKeys("abc");
        await using var consumer = _stage.Typed();
        consumer.Assign(First);
        using var stop = Stop();
        var run = consumer.RunAsync(
            async (record, cancellation) =>
            {
                if (record.Offset == 1)
                {
                    consumer.StoreOffset(record.Next);
                }

                await GatedAsync(record, cancellation);
            },
            cancellationToken: stop.Token);
        await UntilAsync(() => _ended.Count == 3);

        await consumer.CommitAsync(Cancellation);
        await EndAsync(run, stop);
        Assert.Equal(2, _group[First]!.Value.Offset);
    }

    [Fact]
    public async Task Options_that_cannot_work_are_refused()
    {
        await using var consumer = _stage.Typed();

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => consumer.RunAsync(GatedAsync, new ProcessingOptions { DegreeOfParallelism = 0 }));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => consumer.RunAsync(GatedAsync, new ProcessingOptions { MaxPendingRecords = 0 }));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => consumer.RunAsync(GatedAsync, new ProcessingOptions { Order = (ProcessingOrder)9 }));
    }
}

using Samsa.Client.Consumer;
using Xunit;

namespace Samsa.UnitTests.Client.Consumer.Parallel;

/// <summary>Records processed in parallel: who waits for whom, and what counts as finished.</summary>
public sealed class RunAsyncTests : RunScene
{
    [Fact]
    public async Task Records_of_a_key_come_one_after_the_other_and_others_at_once()
    {
        Stage.First.AddKeys("aaabbc.");
        Gate(0, 1, 2, 3, 4, 5, 6);
        await using var consumer = Stage.Typed();
        consumer.Assign(First);
        using var stop = Stop();
        var run = consumer.RunAsync(GatedAsync, new ProcessingOptions { DegreeOfParallelism = 10 }, cancellationToken: stop.Token);

        // One of each key, and the one without.
        await BegunAsync(0, 3, 5, 6);
        Gates[3].SetResult();
        await BegunAsync(0, 3, 4, 5, 6);
        Gates[0].SetResult();
        await BegunAsync(0, 1, 3, 4, 5, 6);
        Assert.DoesNotContain(2, Begun);
        Open();
        await UntilAsync(() => Ended.Count == 7);

        await EndAsync(run, stop);
        Assert.Equal(7, consumer.Position(First)!.Value.Offset);
    }

    [Fact]
    public async Task Degree_of_parallelism_is_the_most_that_work_at_once()
    {
        Stage.First.AddKeys("abcdefgh");
        Gate(0, 1, 2, 3, 4, 5, 6, 7);
        await using var consumer = Stage.Typed();
        consumer.Assign(First);
        using var stop = Stop();
        var run = consumer.RunAsync(GatedAsync, new ProcessingOptions { DegreeOfParallelism = 3 }, cancellationToken: stop.Token);

        await BegunAsync(0, 1, 2);
        await UntilAsync(() => consumer.Position(First)!.Value.Offset == 8);
        Assert.Equal(3, Begun.Count);
        Gates[1].SetResult();
        await BegunAsync(0, 1, 2, 3);

        Open();
        await UntilAsync(() => Ended.Count == 8);
        await EndAsync(run, stop);
    }

    [Theory]
    [InlineData(ProcessingOrder.Partition, 1)]
    [InlineData(ProcessingOrder.None, 4)]
    public async Task Order_says_who_waits_for_whom(ProcessingOrder order, int atOnce)
    {
        Stage.First.AddKeys("aab.");
        Gate(0, 1, 2, 3);
        await using var consumer = Stage.Typed();
        consumer.Assign(First);
        using var stop = Stop();
        var run = consumer.RunAsync(GatedAsync, new ProcessingOptions { DegreeOfParallelism = 10, Order = order }, cancellationToken: stop.Token);

        await UntilAsync(() => Begun.Count >= atOnce && consumer.Position(First)!.Value.Offset == 4);
        Assert.Equal(atOnce, Begun.Count);

        Open();
        await UntilAsync(() => Ended.Count == 4);
        await EndAsync(run, stop);
    }

    [Fact]
    public async Task Commits_never_pass_a_record_that_is_not_finished()
    {
        Stage.First.AddKeys("abcd");
        Gate(1, 3);
        await using var consumer = Stage.Typed();
        consumer.Assign(First);
        using var stop = Stop();
        var run = consumer.RunAsync(GatedAsync, new ProcessingOptions { DegreeOfParallelism = 4 }, cancellationToken: stop.Token);
        await UntilAsync(() => Ended.Count == 2 && Begun.Count == 4);

        // What was handed out, and finished, is further.
        await UntilCommittedAsync(consumer, 1);
        Assert.Equal(4, consumer.Position(First)!.Value.Offset);
        Gates[1].SetResult();
        await UntilCommittedAsync(consumer, 3);
        Gates[3].SetResult();
        await UntilCommittedAsync(consumer, 4);

        await EndAsync(run, stop);
    }

    [Fact]
    public async Task Records_that_wait_are_bounded()
    {
        Stage.First.AddKeys("abbbbbbbbbbbbbbb");
        Gate(0);
        await using var consumer = Stage.Typed();
        consumer.Assign(First);
        using var stop = Stop();
        var run = consumer.RunAsync(
            GatedAsync, new ProcessingOptions { DegreeOfParallelism = 2, MaxPendingRecords = 5 }, cancellationToken: stop.Token);

        // Four are finished behind the one that is not.
        await UntilAsync(() => Ended.Count == 4);
        Assert.Equal(5, consumer.Position(First)!.Value.Offset);
        Open();
        await UntilAsync(() => Ended.Count == 16);

        await EndAsync(run, stop);
    }

    [Fact]
    public async Task A_seek_forgets_what_is_in_work()
    {
        Stage.First.AddKeys("abcd");
        Gate(2, 3);
        await using var consumer = Stage.Typed();
        consumer.Assign(First);
        using var stop = Stop();
        var run = consumer.RunAsync(GatedAsync, new ProcessingOptions { DegreeOfParallelism = 4 }, cancellationToken: stop.Token);
        await BegunAsync(0, 1, 2, 3);

        consumer.Seek(new TopicPartitionOffset(First, 1));
        await UntilAsync(() => Begun.Count(offset => offset == 1) == 2);
        await UntilCommittedAsync(consumer, 2);
        Open();
        await UntilCommittedAsync(consumer, 4);

        // Those of before were told that nobody waits any more.
        Assert.Equal(1, Ended.Count(offset => offset == 3));
        await EndAsync(run, stop);
    }

    [Fact]
    public async Task A_pause_forgets_nothing()
    {
        Stage.First.AddKeys("ab");
        Gate(0);
        await using var consumer = Stage.Typed();
        consumer.Assign(First);
        using var stop = Stop();
        var run = consumer.RunAsync(GatedAsync, new ProcessingOptions { DegreeOfParallelism = 4 }, cancellationToken: stop.Token);
        await UntilAsync(() => Ended.Contains(1));

        consumer.Pause(First);
        Stage.First.AddKeys("cd");
        consumer.Resume(First);
        await UntilAsync(() => Ended.Contains(3));

        await consumer.CommitAsync(Cancellation);
        Assert.Equal(0, Group[First]?.Offset ?? 0);
        Open();
        await UntilCommittedAsync(consumer, 4);
        await EndAsync(run, stop);
    }

    [Fact]
    public async Task Results_of_a_partition_that_was_given_back_do_not_count()
    {
        Stage.First.AddKeys("abb");
        Stage.Partitions[1].AddKeys("a");
        Gate(1);
        await using var consumer = Stage.Typed();
        consumer.Assign(First);
        using var stop = Stop();
        var run = consumer.RunAsync(GatedAsync, new ProcessingOptions { DegreeOfParallelism = 4 }, cancellationToken: stop.Token);
        await BegunAsync(0, 1);

        consumer.Assign(Stage.Partitions[1].Id);
        Open();
        await UntilAsync(() => Ended.Contains(1));
        await UntilAsync(() => Ended.Count(offset => offset == 0) == 2);

        await EndAsync(run, stop);
        Assert.DoesNotContain(2, Begun);
        Assert.Null(Group[First]);
    }

    [Fact]
    public async Task Without_automatic_stores_the_program_says_what_is_done()
    {
        Stage.Options.EnableAutoOffsetStore = false;
        Stage.First.AddKeys("abc");
        await using var consumer = Stage.Typed();
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
        await UntilAsync(() => Ended.Count == 3);

        await consumer.CommitAsync(Cancellation);
        await EndAsync(run, stop);
        Assert.Equal(2, Group[First]!.Value.Offset);
    }

    [Fact]
    public async Task Options_that_cannot_work_are_refused()
    {
        await using var consumer = Stage.Typed();

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => consumer.RunAsync(GatedAsync, new ProcessingOptions { DegreeOfParallelism = 0 }));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => consumer.RunAsync(GatedAsync, new ProcessingOptions { MaxPendingRecords = 0 }));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => consumer.RunAsync(GatedAsync, new ProcessingOptions { Order = (ProcessingOrder)9 }));
    }
}

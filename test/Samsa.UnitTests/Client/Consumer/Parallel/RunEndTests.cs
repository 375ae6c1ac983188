using Samsa.Client.Consumer;
using Samsa.Client.Serialization;
using Xunit;

namespace Samsa.UnitTests.Client.Consumer.Parallel;

/// <summary>How processing in parallel ends: failures, decisions about them, cancellation.</summary>
public sealed class RunEndTests : RunScene
{
    [Fact]
    public async Task A_failure_ends_it_when_those_in_work_have_ended_and_stays_uncommitted()
    {
        Stage.First.AddKeys("abcdefgh");
        Gate(0, 2);
        await using (var consumer = Stage.Typed())
        {
            consumer.Assign(First);
            var run = consumer.RunAsync(
                async (record, cancellation) =>
                {
                    await GatedAsync(record, cancellation);
                    if (record.Offset == 2)
                    {
                        throw new InvalidDataException("Bad.");
                    }
                },
                new ProcessingOptions { DegreeOfParallelism = 3, MaxPendingRecords = 3 });
            await UntilAsync(() => Begun.Contains(0) && Begun.Contains(2) && Ended.Contains(1));
            Gates[2].SetResult();
            await UntilAsync(() => Ended.Contains(2));
            Assert.False(run.IsCompleted);
            Gates[0].SetResult();

            var failure = await Assert.ThrowsAsync<ProcessingException>(() => run);
            Assert.Equal((First, 2), (failure.Partition, failure.Offset));
            Assert.IsType<InvalidDataException>(failure.InnerException);
            Assert.Equal(2, consumer.Position(First)!.Value.Offset);

            // It comes again to whoever reads on.
            var again = await consumer.PollAsync(TimeSpan.FromMinutes(1), Cancellation);
            Assert.Equal(2, again[0].Offset);
        }

        Assert.Equal(2, Group[First]!.Value.Offset);
    }

    [Fact]
    public async Task A_handler_skips_retries_and_stores_elsewhere()
    {
        Stage.First.AddKeys("abcc");
        List<(long Offset, int Attempt)> failures = [];
        await using var consumer = Stage.Typed();
        consumer.Assign(First);
        using var stop = Stop();
        var run = consumer.RunAsync(
            (record, _) =>
            {
                Begun.Enqueue(record.Offset);
                return record.Offset is 1 or 2 ? throw new InvalidDataException("Bad.") : ValueTask.CompletedTask;
            },
            onFailure: (failure, _) =>
            {
                lock (failures)
                {
                    failures.Add((failure.Record.Offset, failure.Attempt));
                }

                return ValueTask.FromResult(failure.Record.Offset == 1 || failure.Attempt == 3 ? ProcessingAction.Skip : ProcessingAction.Retry);
            },
            cancellationToken: stop.Token);

        await UntilAsync(() => Begun.Contains(3));
        await UntilCommittedAsync(consumer, 4);
        await EndAsync(run, stop);
        Assert.Equal([(1, 1), (2, 1), (2, 2), (2, 3)], failures.Order());

        // The one behind it, of the same key, came after the last attempt.
        Assert.Equal([2L, 2, 2, 3], Begun.Where(offset => offset >= 2));
    }

    [Fact]
    public async Task What_a_handler_throws_ends_it()
    {
        Stage.First.AddKeys("a");
        await using var consumer = Stage.Typed();
        consumer.Assign(First);

        await Assert.ThrowsAsync<InvalidOperationException>(() => consumer.RunAsync(
            (_, _) => throw new InvalidDataException("Bad."), onFailure: (_, _) => throw new InvalidOperationException("The dead-letter topic is gone.")));

        Assert.Equal(0, consumer.Position(First)!.Value.Offset);
    }

    [Fact]
    public async Task Cancellation_waits_for_those_in_work_and_begins_no_more()
    {
        Stage.First.AddKeys("aab");
        Gate(0, 2);
        await using var consumer = Stage.Typed();
        consumer.Assign(First);
        using var stop = Stop();
        var run = consumer.RunAsync(GatedAsync, new ProcessingOptions { DegreeOfParallelism = 4 }, cancellationToken: stop.Token);
        await BegunAsync(0, 2);

        await stop.CancelAsync();
        Open();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal([0L, 2], Ended.Order());
        await consumer.CommitAsync(Cancellation);
        Assert.Equal(1, Group[First]!.Value.Offset);
        Assert.Equal(1, (await consumer.PollAsync(TimeSpan.FromMinutes(1), Cancellation))[0].Offset);
    }

    [Fact]
    public async Task Who_does_not_end_in_time_is_cancelled_and_counts_no_more()
    {
        Stage.First.AddKeys("ab");
        Gate(0);
        var cancelled = new TaskCompletionSource();
        await using var consumer = Stage.Typed();
        consumer.Assign(First);
        using var stop = Stop();
        var options = new ProcessingOptions { DegreeOfParallelism = 2, StopTimeout = TimeSpan.Zero };
        var run = consumer.RunAsync(
            async (record, cancellation) =>
            {
                Begun.Enqueue(record.Offset);
                await using var registration = cancellation.Register(cancelled.SetResult);
                if (Gates.TryGetValue(record.Offset, out var gate))
                {
                    await gate.Task;
                    Ended.Enqueue(record.Offset);
                }
            },
            options,
            cancellationToken: stop.Token);
        await BegunAsync(0, 1);

        await EndAsync(run, stop);
        await cancelled.Task.WaitAsync(Conditions.Limit, Cancellation);
        Assert.Equal(0, consumer.Position(First)!.Value.Offset);

        // It ends after all, and nobody counts it.
        Open();
        await UntilAsync(() => Ended.Contains(0));
        await consumer.CommitAsync(Cancellation);
        Assert.Equal(0, Group[First]?.Offset ?? 0);
    }

    [Fact]
    public async Task A_record_that_is_left_out_counts_as_finished()
    {
        Stage.First.AddKeys("ab").Add(1).AddKeys("c");
        await using var consumer = new KafkaConsumer<string, int>(
            Stage.Options, Deserializers.Utf8, new NumberDeserializer(), (_, _) => ValueTask.FromResult(DeserializationAction.Skip), Stage.Cluster);
        consumer.Assign(First);
        using var stop = Stop();
        var run = consumer.RunAsync(
            (record, _) =>
            {
                Ended.Enqueue(record.Value);
                return ValueTask.CompletedTask;
            },
            cancellationToken: stop.Token);

        await UntilAsync(() => Ended.Count == 3);
        await UntilCommittedAsync(consumer, 4);
        await EndAsync(run, stop);
        Assert.Equal([0L, 1, 3], Ended.Order());
    }

    [Fact]
    public async Task A_record_that_cannot_be_read_ends_it_after_those_before_it()
    {
        Stage.First.AddKeys("ab").Add(1).AddKeys("c");
        await using var consumer = new KafkaConsumer<string, int>(Stage.Options, Deserializers.Utf8, new NumberDeserializer(), null, Stage.Cluster);
        consumer.Assign(First);

        var failure = await Assert.ThrowsAsync<DeserializationException>(() => consumer.RunAsync(
            (record, _) =>
            {
                Ended.Enqueue(record.Value);
                return ValueTask.CompletedTask;
            },
            cancellationToken: Cancellation));

        Assert.Equal(2, failure.Offset);
        Assert.Equal([0L, 1], Ended.Order());
        Assert.Equal(2, consumer.Position(First)!.Value.Offset);
    }

    [Fact]
    public async Task Only_one_call_works_at_a_time_and_the_next_one_goes_on()
    {
        Stage.First.AddKeys("ab");
        await using var consumer = Stage.Typed();
        consumer.Assign(First);
        using var stop = Stop();
        var run = consumer.RunAsync(GatedAsync, cancellationToken: stop.Token);
        await UntilAsync(() => Ended.Count == 2);
        await Assert.ThrowsAsync<InvalidOperationException>(() => consumer.RunAsync(GatedAsync, cancellationToken: Cancellation));
        await EndAsync(run, stop);

        Stage.First.AddKeys("c");
        using var again = Stop();
        run = consumer.RunAsync(GatedAsync, cancellationToken: again.Token);
        await UntilAsync(() => Ended.Count == 3);
        await EndAsync(run, again);
        Assert.Equal([0L, 1, 2], Begun.Order());
    }
}

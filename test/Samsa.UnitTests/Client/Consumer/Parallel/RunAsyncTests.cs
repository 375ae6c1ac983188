using System.Collections.Concurrent;
using Samsa.Client.Consumer;
using Samsa.Client.Serialization;
using Samsa.Protocol;
using Samsa.UnitTests.Client.Consumer.Groups;
using Xunit;

namespace Samsa.UnitTests.Client.Consumer.Parallel;

/// <summary>Records processed in parallel: who waits for whom, what counts as finished, and how it ends.</summary>
public sealed partial class RunAsyncTests
{
    private readonly ConsumerStage _stage = new(partitions: 2);
    private readonly StageGroup _group;
    private readonly ConcurrentDictionary<long, TaskCompletionSource> _gates = new();
    private readonly ConcurrentQueue<long> _begun = new();
    private readonly ConcurrentQueue<long> _ended = new();

    public RunAsyncTests()
    {
        _group = new StageGroup(_stage);
        _stage.Options.GroupId = "g";
        _stage.Options.AutoCommitInterval = TimeSpan.FromHours(1);
    }

    private TopicPartition First => _stage.First.Id;

    [Fact]
    public async Task Records_of_a_key_come_one_after_the_other_and_others_at_once()
    {
        _stage.First.AddKeys("aaabbc.");
        Gate(0, 1, 2, 3, 4, 5, 6);
        await using var consumer = _stage.Typed();
        consumer.Assign(First);
        using var stop = Stop();
        var run = consumer.RunAsync(GatedAsync, new ProcessingOptions { DegreeOfParallelism = 10 }, cancellationToken: stop.Token);

        // One of each key, and the one without.
        await BegunAsync(0, 3, 5, 6);
        _gates[3].SetResult();
        await BegunAsync(0, 3, 4, 5, 6);
        _gates[0].SetResult();
        await BegunAsync(0, 1, 3, 4, 5, 6);
        Assert.DoesNotContain(2, _begun);
        Open();
        await UntilAsync(() => _ended.Count == 7);

        await EndAsync(run, stop);
        Assert.Equal(7, consumer.Position(First)!.Value.Offset);
    }

    [Fact]
    public async Task Degree_of_parallelism_is_the_most_that_work_at_once()
    {
        _stage.First.AddKeys("abcdefgh");
        Gate(0, 1, 2, 3, 4, 5, 6, 7);
        await using var consumer = _stage.Typed();
        consumer.Assign(First);
        using var stop = Stop();
        var run = consumer.RunAsync(GatedAsync, new ProcessingOptions { DegreeOfParallelism = 3 }, cancellationToken: stop.Token);

        await BegunAsync(0, 1, 2);
        await UntilAsync(() => consumer.Position(First)!.Value.Offset == 8);
        Assert.Equal(3, _begun.Count);
        _gates[1].SetResult();
        await BegunAsync(0, 1, 2, 3);

        Open();
        await UntilAsync(() => _ended.Count == 8);
        await EndAsync(run, stop);
    }

    [Theory]
    [InlineData(ProcessingOrder.Partition, 1)]
    [InlineData(ProcessingOrder.None, 4)]
    public async Task Order_says_who_waits_for_whom(ProcessingOrder order, int atOnce)
    {
        _stage.First.AddKeys("aab.");
        Gate(0, 1, 2, 3);
        await using var consumer = _stage.Typed();
        consumer.Assign(First);
        using var stop = Stop();
        var run = consumer.RunAsync(GatedAsync, new ProcessingOptions { DegreeOfParallelism = 10, Order = order }, cancellationToken: stop.Token);

        await UntilAsync(() => _begun.Count >= atOnce && consumer.Position(First)!.Value.Offset == 4);
        Assert.Equal(atOnce, _begun.Count);

        Open();
        await UntilAsync(() => _ended.Count == 4);
        await EndAsync(run, stop);
    }

    [Fact]
    public async Task Commits_never_pass_a_record_that_is_not_finished()
    {
        _stage.First.AddKeys("abcd");
        Gate(1, 3);
        await using var consumer = _stage.Typed();
        consumer.Assign(First);
        using var stop = Stop();
        var run = consumer.RunAsync(GatedAsync, new ProcessingOptions { DegreeOfParallelism = 4 }, cancellationToken: stop.Token);
        await UntilAsync(() => _ended.Count == 2 && _begun.Count == 4);

        // What was handed out, and finished, is further.
        await UntilCommittedAsync(consumer, 1);
        Assert.Equal(4, consumer.Position(First)!.Value.Offset);
        _gates[1].SetResult();
        await UntilCommittedAsync(consumer, 3);
        _gates[3].SetResult();
        await UntilCommittedAsync(consumer, 4);

        await EndAsync(run, stop);
    }

    [Fact]
    public async Task A_failure_ends_it_when_those_in_work_have_ended_and_stays_uncommitted()
    {
        _stage.First.AddKeys("abcdefgh");
        Gate(0, 2);
        await using (var consumer = _stage.Typed())
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
            await UntilAsync(() => _begun.Contains(0) && _begun.Contains(2) && _ended.Contains(1));
            _gates[2].SetResult();
            await UntilAsync(() => _ended.Contains(2));
            Assert.False(run.IsCompleted);
            _gates[0].SetResult();

            var failure = await Assert.ThrowsAsync<ProcessingException>(() => run);
            Assert.Equal((First, 2), (failure.Partition, failure.Offset));
            Assert.IsType<InvalidDataException>(failure.InnerException);
            Assert.Equal(2, consumer.Position(First)!.Value.Offset);

            // It comes again to whoever reads on.
            var again = await consumer.PollAsync(TimeSpan.FromMinutes(1), Cancellation);
            Assert.Equal(2, again[0].Offset);
        }

        Assert.Equal(2, _group[First]!.Value.Offset);
    }

    [Fact]
    public async Task A_handler_skips_retries_and_stores_elsewhere()
    {
        _stage.First.AddKeys("abcc");
        List<(long Offset, int Attempt)> failures = [];
        await using var consumer = _stage.Typed();
        consumer.Assign(First);
        using var stop = Stop();
        var run = consumer.RunAsync(
            (record, _) =>
            {
                _begun.Enqueue(record.Offset);
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

        await UntilAsync(() => _begun.Contains(3));
        await UntilCommittedAsync(consumer, 4);
        await EndAsync(run, stop);
        Assert.Equal([(1, 1), (2, 1), (2, 2), (2, 3)], failures.Order());

        // The one behind it, of the same key, came after the last attempt.
        Assert.Equal([2L, 2, 2, 3], _begun.Where(offset => offset >= 2));
    }

    [Fact]
    public async Task What_a_handler_throws_ends_it()
    {
        _stage.First.AddKeys("a");
        await using var consumer = _stage.Typed();
        consumer.Assign(First);

        await Assert.ThrowsAsync<InvalidOperationException>(() => consumer.RunAsync(
            (_, _) => throw new InvalidDataException("Bad."), onFailure: (_, _) => throw new InvalidOperationException("The dead-letter topic is gone.")));

        Assert.Equal(0, consumer.Position(First)!.Value.Offset);
    }

    [Fact]
    public async Task Cancellation_waits_for_those_in_work_and_begins_no_more()
    {
        _stage.First.AddKeys("aab");
        Gate(0, 2);
        await using var consumer = _stage.Typed();
        consumer.Assign(First);
        using var stop = Stop();
        var run = consumer.RunAsync(GatedAsync, new ProcessingOptions { DegreeOfParallelism = 4 }, cancellationToken: stop.Token);
        await BegunAsync(0, 2);

        await stop.CancelAsync();
        Open();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal([0L, 2], _ended.Order());
        await consumer.CommitAsync(Cancellation);
        Assert.Equal(1, _group[First]!.Value.Offset);
        Assert.Equal(1, (await consumer.PollAsync(TimeSpan.FromMinutes(1), Cancellation))[0].Offset);
    }

    [Fact]
    public async Task Who_does_not_end_in_time_is_cancelled_and_counts_no_more()
    {
        _stage.First.AddKeys("ab");
        Gate(0);
        var cancelled = new TaskCompletionSource();
        await using var consumer = _stage.Typed();
        consumer.Assign(First);
        using var stop = Stop();
        var options = new ProcessingOptions { DegreeOfParallelism = 2, StopTimeout = TimeSpan.Zero };
        var run = consumer.RunAsync(
            async (record, cancellation) =>
            {
                _begun.Enqueue(record.Offset);
                await using var registration = cancellation.Register(cancelled.SetResult);
                if (_gates.TryGetValue(record.Offset, out var gate))
                {
                    await gate.Task;
                    _ended.Enqueue(record.Offset);
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
        await UntilAsync(() => _ended.Contains(0));
        await consumer.CommitAsync(Cancellation);
        Assert.Equal(0, _group[First]?.Offset ?? 0);
    }

    [Fact]
    public async Task Records_that_wait_are_bounded()
    {
        _stage.First.AddKeys("abbbbbbbbbbbbbbb");
        Gate(0);
        await using var consumer = _stage.Typed();
        consumer.Assign(First);
        using var stop = Stop();
        var run = consumer.RunAsync(
            GatedAsync, new ProcessingOptions { DegreeOfParallelism = 2, MaxPendingRecords = 5 }, cancellationToken: stop.Token);

        // Four are finished behind the one that is not.
        await UntilAsync(() => _ended.Count == 4);
        Assert.Equal(5, consumer.Position(First)!.Value.Offset);
        Open();
        await UntilAsync(() => _ended.Count == 16);

        await EndAsync(run, stop);
    }

    [Fact]
    public async Task A_record_that_is_left_out_counts_as_finished()
    {
        _stage.First.AddKeys("ab").Add(1).AddKeys("c");
        await using var consumer = new KafkaConsumer<string, int>(
            _stage.Options, Deserializers.Utf8, new NumberDeserializer(), (_, _) => ValueTask.FromResult(DeserializationAction.Skip), _stage.Cluster);
        consumer.Assign(First);
        using var stop = Stop();
        var run = consumer.RunAsync(
            (record, _) =>
            {
                _ended.Enqueue(record.Value);
                return ValueTask.CompletedTask;
            },
            cancellationToken: stop.Token);

        await UntilAsync(() => _ended.Count == 3);
        await UntilCommittedAsync(consumer, 4);
        await EndAsync(run, stop);
        Assert.Equal([0L, 1, 3], _ended.Order());
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static CancellationTokenSource Stop() => CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

    private static Task UntilAsync(Func<bool> condition) => Conditions.UntilAsync(condition, Cancellation);

    private static async Task EndAsync(Task run, CancellationTokenSource stop)
    {
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    private void Gate(params long[] offsets)
    {
        foreach (var offset in offsets)
        {
            _gates[offset] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private void Open()
    {
        foreach (var gate in _gates.Values)
        {
            gate.TrySetResult();
        }
    }

    private Task BegunAsync(params long[] offsets) => UntilAsync(() => _begun.Order().SequenceEqual(offsets));

    private async Task UntilCommittedAsync(KafkaConsumerBase consumer, long offset)
    {
        var start = TimeProvider.System.GetTimestamp();
        do
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Conditions.Limit, $"{_group[First]} is committed.");
            await consumer.CommitAsync(Cancellation);
            Assert.True((_group[First]?.Offset ?? 0) <= offset, $"{_group[First]} is committed, and only what is before {offset} is finished.");
        }
        while (_group[First]?.Offset != offset);
    }

    // Ends when its gate opens; at once without one.
    private async ValueTask GatedAsync(ConsumerRecord<string, string> record, CancellationToken cancellation)
    {
        _begun.Enqueue(record.Offset);
        if (_gates.TryGetValue(record.Offset, out var gate))
        {
            await gate.Task.WaitAsync(cancellation);
        }

        _ended.Enqueue(record.Offset);
    }
}

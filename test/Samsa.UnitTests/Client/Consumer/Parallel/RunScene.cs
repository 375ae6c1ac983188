using System.Collections.Concurrent;
using Samsa.Client.Consumer;
using Samsa.Protocol;
using Samsa.UnitTests.Client.Consumer.Groups;
using Xunit;

namespace Samsa.UnitTests.Client.Consumer.Parallel;

/// <summary>A consumer of a group that keeps offsets, and records whose processing ends when the test says so.</summary>
public abstract class RunScene
{
    private protected RunScene()
    {
        Group = new StageGroup(Stage);
        Stage.Options.GroupId = "g";
        Stage.Options.AutoCommitInterval = TimeSpan.FromHours(1);
    }

    private protected ConsumerStage Stage { get; } = new(partitions: 2);

    private protected StageGroup Group { get; }

    private protected ConcurrentDictionary<long, TaskCompletionSource> Gates { get; } = new();

    private protected ConcurrentQueue<long> Begun { get; } = new();

    private protected ConcurrentQueue<long> Ended { get; } = new();

    private protected TopicPartition First => Stage.First.Id;

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected static CancellationTokenSource Stop() => CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

    private protected static Task UntilAsync(Func<bool> condition) => Conditions.UntilAsync(condition, Cancellation);

    private protected static async Task EndAsync(Task run, CancellationTokenSource stop)
    {
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    private protected void Gate(params long[] offsets)
    {
        foreach (var offset in offsets)
        {
            Gates[offset] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private protected void Open()
    {
        foreach (var gate in Gates.Values)
        {
            gate.TrySetResult();
        }
    }

    private protected Task BegunAsync(params long[] offsets) => UntilAsync(() => Begun.Order().SequenceEqual(offsets));

    private protected async Task UntilCommittedAsync(KafkaConsumerBase consumer, long offset)
    {
        var start = TimeProvider.System.GetTimestamp();
        do
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Conditions.Limit, $"{Group[First]} is committed.");
            await consumer.CommitAsync(Cancellation);
            Assert.True((Group[First]?.Offset ?? 0) <= offset, $"{Group[First]} is committed, and only what is before {offset} is finished.");
        }
        while (Group[First]?.Offset != offset);
    }

    // Ends when its gate opens; at once without one.
    private protected async ValueTask GatedAsync(ConsumerRecord<string, string> record, CancellationToken cancellation)
    {
        Begun.Enqueue(record.Offset);
        if (Gates.TryGetValue(record.Offset, out var gate))
        {
            await gate.Task.WaitAsync(cancellation);
        }

        Ended.Enqueue(record.Offset);
    }
}

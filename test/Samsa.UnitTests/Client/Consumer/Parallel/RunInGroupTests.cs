using System.Collections.Concurrent;
using Samsa.Client.Consumer;
using Samsa.Protocol;
using Samsa.UnitTests.Client.Consumer.Groups;
using Samsa.UnitTests.Client.Consumer.Groups.Membership;
using Xunit;

namespace Samsa.UnitTests.Client.Consumer.Parallel;

/// <summary>Records processed in parallel while the group gives partitions and takes them.</summary>
public sealed class RunInGroupTests
{
    private readonly ConsumerStage _stage = new(partitions: 2);
    private readonly StageGroup _group;
    private readonly StageMembers _members;
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<string> _log = new();
    private readonly WatchedTime _time = new();

    public RunInGroupTests()
    {
        _group = new StageGroup(_stage);
        _members = new StageMembers(_stage);
        _stage.Options.GroupId = "g";
        _stage.Options.TimeProvider = _time;
        _stage.Options.HeartbeatInterval = TimeSpan.FromMilliseconds(5);
        _stage.Options.AutoCommitInterval = TimeSpan.FromHours(1);
        _stage.Options.FetchMaxWait = TimeSpan.FromMilliseconds(5);
    }

    private TopicPartition First => _stage.Partitions[0].Id;

    private TopicPartition Second => _stage.Partitions[1].Id;

    [Fact]
    public async Task Partitions_go_when_their_records_in_work_have_ended_and_are_committed()
    {
        _stage.First.AddKeys("baa");
        await using var consumer = Subscribe();
        using var stop = Stop();
        var patience = Conditions.Limit + TimeSpan.FromSeconds(1);
        var run = consumer.RunAsync(ProcessAsync, new ProcessingOptions { DegreeOfParallelism = 2, RevocationTimeout = patience }, cancellationToken: stop.Token);
        await UntilAsync(() => _log.Contains("begun orders-0 1") && _log.Contains("ended orders-0 0"));

        Rebalance(Second);
        await UntilAsync(() => _time.IsWaitedFor(patience));
        Assert.DoesNotContain("revoked", _log);
        _gate.SetResult();
        await UntilAsync(() => _log.Contains("revoked") && consumer.Assignment.SequenceEqual([Second]));

        // The record behind it was taken, and left to whoever gets the partition.
        Assert.Equal(2, _group[First]!.Value.Offset);
        Assert.DoesNotContain("begun orders-0 2", _log);
        Assert.True(_log.ToList().IndexOf("ended orders-0 1") < _log.ToList().IndexOf("revoked"));

        _stage.Partitions[1].AddKeys("c");
        await UntilAsync(() => _log.Contains("ended orders-1 0"));
        await EndAsync(run, stop);
    }

    [Fact]
    public async Task A_record_that_does_not_end_in_time_is_cancelled_and_left_to_others()
    {
        _stage.First.AddKeys("ab");
        await using var consumer = Subscribe();
        using var stop = Stop();
        var run = consumer.RunAsync(
            ProcessAsync, new ProcessingOptions { DegreeOfParallelism = 2, RevocationTimeout = TimeSpan.Zero, MaxPendingRecords = 2 }, cancellationToken: stop.Token);

        // There is no room: the group is served nevertheless.
        await UntilAsync(() => _log.Contains("begun orders-0 0") && _log.Contains("ended orders-0 1"));
        Rebalance(Second);
        await UntilAsync(() => _log.Contains("cancelled orders-0 0") && _log.Contains("revoked"));
        Assert.Equal(0, _group[First]?.Offset ?? 0);

        // It comes back, from where it was not finished.
        _gate.SetResult();
        Rebalance(First);
        await UntilAsync(() => _log.Contains("ended orders-0 0"));
        await EndAsync(run, stop);
        await consumer.UnsubscribeAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, _group[First]!.Value.Offset);
    }

    private static Task UntilAsync(Func<bool> condition) => Conditions.UntilAsync(condition, TestContext.Current.CancellationToken);

    private static CancellationTokenSource Stop() => CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    private static async Task EndAsync(Task run, CancellationTokenSource stop)
    {
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    private KafkaConsumer<string, string> Subscribe()
    {
        _members.Assigned = [First];
        var consumer = _stage.Typed();
        consumer.Subscribe([ConsumerStage.Topic], new RebalanceListener
        {
            Revoked = (_, _) =>
            {
                _log.Enqueue("revoked");
                return ValueTask.CompletedTask;
            },
        });
        return consumer;
    }

    private void Rebalance(params TopicPartition[] assigned)
    {
        _members.Assigned = assigned;
        _members.Fail(ApiKey.Heartbeat, ErrorCode.RebalanceInProgress);
    }

    // The first record with the key a waits for the gate.
    private async ValueTask ProcessAsync(ConsumerRecord<string, string> record, CancellationToken cancellation)
    {
        var which = $"{record.Partition} {record.Offset}";
        _log.Enqueue($"begun {which}");
        try
        {
            if (record.Key == "a")
            {
                await _gate.Task.WaitAsync(cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            _log.Enqueue($"cancelled {which}");
            throw;
        }

        _log.Enqueue($"ended {which}");
    }
}

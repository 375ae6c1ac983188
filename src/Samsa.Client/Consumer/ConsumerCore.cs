using Microsoft.Extensions.Logging;
using Samsa.Client.Connections;
using Samsa.Client.Consumer.Fetching;
using Samsa.Client.Consumer.Groups;
using Samsa.Client.Consumer.Groups.Membership;
using Samsa.Client.Consumer.Parallel;
using Samsa.Client.Diagnostics;
using Samsa.Client.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Records;

namespace Samsa.Client.Consumer;

/// <summary>
/// What the raw and the typed consumer share: the cluster, the assignment, what fetches ahead, and the batch that the caller has now.
/// Owns all of them. One caller at a time moves on (<see cref="MoveAsync"/>); everything else comes from any thread. Lives with its consumer;
/// after <see cref="DisposeAsync"/> moves fail with <see cref="ObjectDisposedException"/>, also one that waits.
/// </summary>
internal sealed class ConsumerCore : IAsyncDisposable
{
    // What the handlers of a rebalance have when the consumer is closed.
    private static readonly TimeSpan LastHandlers = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stopping = new();
    private readonly FetchPlanner _planner;
    private readonly GroupCoordinator? _coordinator;
    private readonly CommittedPositions? _committed;
    private readonly Task _committedRunning = Task.CompletedTask;
    private FetchedPartition? _current;
    private IParallelRun? _run;
    private volatile Exception? _fault;
    private int _moving;
    private int _disposed;

    public ConsumerCore(ConsumerOptions options, IConnector? connector)
    {
        Options = options;
        Telemetry = new ConsumerTelemetry(options);
        Cluster = new ClusterClient(options, options.AllowAutoCreateTopics, connector);
        Assignment = new Assignment(options)
        {
            Changed = () =>
            {
                _planner!.Wake();
                _committed?.Wake();
            },
        };
        _planner = new FetchPlanner(Cluster, Assignment, options, Telemetry, Stop);
        LiveClients.Add(this);
        _planner.Start(_stopping.Token);
        if (options.GroupId is not null)
        {
            _coordinator = new GroupCoordinator(Cluster, options);
            Membership = new GroupMembership(_coordinator, Assignment, Cluster, options, Stop)
            {
                Revoking = (partitions, isLost) => Run?.RevokeAsync(partitions, isLost) ?? Task.CompletedTask,
                CommitAsync = cancellation => Committer!.CommitBeforeRevocationAsync(cancellation),
            };
            Committer = new OffsetCommitter(_coordinator, Assignment, Cluster, options) { Membership = Membership };
            _committed = new CommittedPositions(_coordinator, Committer, Assignment, Cluster, options);
            _committedRunning = BackgroundTask.GuardAsync(Task.Run(() => _committed.RunAsync(_stopping.Token), CancellationToken.None), Stop);
        }
    }

    public ConsumerOptions Options { get; }

    public ConsumerTelemetry Telemetry { get; }

    public ClusterClient Cluster { get; }

    public Assignment Assignment { get; }

    /// <summary>What processes records in parallel now; null otherwise.</summary>
    public IParallelRun? Run => Volatile.Read(ref _run);

    /// <summary>Commits for the group; null without one.</summary>
    public OffsetCommitter? Committer { get; }

    /// <summary>The membership in the group, once the consumer subscribes; null without a group.</summary>
    public GroupMembership? Membership { get; }

    /// <summary>The group's coordinator.</summary>
    /// <exception cref="InvalidOperationException">There is no group.</exception>
    public GroupCoordinator Coordinator => _coordinator ?? throw WithoutGroup();

    public static InvalidOperationException WithoutGroup() => new("This consumer has no group: set group.id to subscribe and to commit offsets.");

    /// <summary>What <see cref="MoveAsync"/> reached: its batch may be read until the next move.</summary>
    public FetchedPartition Current => _current ?? throw new InvalidOperationException("There is no current batch.");

    public bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    /// <summary>
    /// Moves to the next batch, whose predecessor's memory is given back; false when the time is over without one. Before, and while it waits, the caller
    /// has no record in its hands: that is when partitions are given to others.
    /// </summary>
    /// <param name="limit">How long to wait.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <param name="holdsRecords">Whether the caller does have records in its hands, that partitions must not be taken from under.</param>
    /// <exception cref="ConsumeException">A partition cannot be read on.</exception>
    /// <exception cref="KafkaException">The group cannot be joined.</exception>
    /// <exception cref="InvalidOperationException">Another call is under way.</exception>
    /// <exception cref="ObjectDisposedException">The consumer is disposed.</exception>
    public ValueTask<bool> MoveAsync(TimeSpan limit, CancellationToken cancellation, bool holdsRecords = false)
    {
        cancellation.ThrowIfCancellationRequested();
        Enter();
        var waits = false;
        try
        {
            Membership?.Asked();
            var serves = Membership is { WantsCaller: true } && !holdsRecords;
            if (!serves && TryMove())
            {
                return ValueTask.FromResult(true);
            }

            if (limit == TimeSpan.Zero && !serves)
            {
                return ValueTask.FromResult(false);
            }

            waits = true;
            return new ValueTask<bool>(WaitAsync(limit, holdsRecords, cancellation));
        }
        finally
        {
            if (!waits)
            {
                Leave();
            }
        }
    }

    /// <summary>The caller comes between two records of a batch: gives partitions back and takes new ones, if the group wants it.</summary>
    /// <exception cref="KafkaException">The group cannot be joined.</exception>
    public ValueTask ServeGroupAsync(CancellationToken cancellation)
    {
        if (Membership is not { } membership)
        {
            return ValueTask.CompletedTask;
        }

        membership.Asked();
        return membership.WantsCaller ? new ValueTask(ServeAsync(membership, cancellation)) : ValueTask.CompletedTask;
    }

    /// <summary>Gives all partitions back, and leaves the group.</summary>
    /// <exception cref="InvalidOperationException">A call that reads is under way.</exception>
    public async Task UnsubscribeAsync(CancellationToken cancellation)
    {
        if (Membership is not { } membership)
        {
            return;
        }

        Enter();
        try
        {
            await membership.LeaveAsync(isClosing: false, cancellation).ConfigureAwait(false);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Records are processed in parallel from now on, until <see cref="EndRun"/>.</summary>
    /// <exception cref="InvalidOperationException">They are already.</exception>
    public void BeginRun(IParallelRun run)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, typeof(KafkaConsumer));
        if (Interlocked.CompareExchange(ref _run, run, null) is not null)
        {
            throw new InvalidOperationException("The consumer processes records already: one call of RunAsync at a time.");
        }
    }

    /// <summary>They are not any more.</summary>
    public void EndRun() => Volatile.Write(ref _run, null);

    /// <summary>The position moves behind what is handed out; false when a seek or another assignment came between.</summary>
    public bool TryAdvance(PartitionState state, int generation, long position, int epoch) =>
        Assignment.TryAdvance(state, generation, position, epoch);

    /// <summary>What a fault in the records of the current batch is to the caller; the position stays before it.</summary>
    public ConsumeException Corrupt(FetchedPartition fetched, long offset, RecordFault fault)
    {
        Assignment.Rewind(fetched.State, fetched.Generation, offset);
        return Describe(fetched.State.Id, offset, fault);
    }

    public static ConsumeException Describe(TopicPartition partition, long offset, RecordFault fault) => new(
        ErrorCode.CorruptMessage, partition, offset, $"The records of {partition} at offset {offset} cannot be read: {fault.Describe()} Seek behind them to go on.");

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        LiveClients.Remove(this);

        if (Committer is not null)
        {
            Membership!.BeginClosing();
            await Committer.StopAsync().ConfigureAwait(false);
            using var limit = new CancellationTokenSource(LastHandlers, Options.TimeProvider);
            await Membership.LeaveAsync(isClosing: true, limit.Token).ConfigureAwait(false);
        }

        // A parked fetch ends with its connection. The memory of the batch that the caller may be reading is left to the collector.
        await _stopping.CancelAsync().ConfigureAwait(false);
        Assignment.DataArrived.Set();
        Assignment.Close();
        await _planner.CloseSessionsAsync().ConfigureAwait(false);
        await Cluster.DisposeAsync().ConfigureAwait(false);
        await _planner.StopAsync().ConfigureAwait(false);
        await _committedRunning.ConfigureAwait(false);
        if (Committer is not null)
        {
            await Membership!.DisposeAsync().ConfigureAwait(false);
            await Committer.DisposeAsync().ConfigureAwait(false);
        }

        Assignment.Close();
        _stopping.Dispose();
    }

    private void Stop(Exception fault)
    {
        Cluster.Logger.LogError(fault, "The consumer stopped by a fault of its own");
        _fault = fault;
        Assignment.DataArrived.Set();
    }

    private void Enter()
    {
        if (Interlocked.Exchange(ref _moving, 1) != 0)
        {
            throw new InvalidOperationException("A consumer is read by one caller at a time.");
        }
    }

    private void Leave() => Volatile.Write(ref _moving, 0);

    private async Task ServeAsync(GroupMembership membership, CancellationToken cancellation)
    {
        Enter();
        try
        {
            await membership.ServeAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            Leave();
        }
    }

    private async Task<bool> WaitAsync(TimeSpan limit, bool holdsRecords, CancellationToken cancellation)
    {
        var time = Options.TimeProvider;
        var start = time.GetTimestamp();
        try
        {
            while (true)
            {
                if (Membership is { WantsCaller: true } membership && !holdsRecords && !IsDisposed)
                {
                    await membership.ServeAsync(cancellation).ConfigureAwait(false);
                }

                if (TryMove())
                {
                    return true;
                }

                var left = limit == Timeout.InfiniteTimeSpan ? limit : limit - time.GetElapsedTime(start);
                if (limit != Timeout.InfiniteTimeSpan && left <= TimeSpan.Zero)
                {
                    return false;
                }

                Membership?.CallerWaits = true;
                await Assignment.DataArrived.WaitAsync(left, time, cancellation).ConfigureAwait(false);
                Membership?.CallerWaits = false;
            }
        }
        finally
        {
            Membership?.CallerWaits = false;
            Leave();
        }
    }

    private bool TryMove()
    {
        while (true)
        {
            ObjectDisposedException.ThrowIf(IsDisposed, typeof(KafkaConsumer));
            if (_fault is { } fault)
            {
                throw new InvalidOperationException($"The consumer stopped by a fault of its own: {fault.Message}", fault);
            }

            if (_current is { } current)
            {
                if (Assignment.IsCurrent(current.State, current.Generation))
                {
                    if (current.MoveNext(Options.CheckCrcs, out var broken))
                    {
                        return true;
                    }

                    if (broken != RecordFault.None)
                    {
                        Drop(current);
                        throw Corrupt(current, current.NextOffset, broken);
                    }

                    // What was left out at the end counts as read.
                    Assignment.TryAdvance(current.State, current.Generation, current.NextOffset, current.Epoch);
                }

                Drop(current);
            }

            if (!Assignment.TryTake(out var next))
            {
                return false;
            }

            _current = next;
        }
    }

    private void Drop(FetchedPartition current)
    {
        _current = null;
        current.Release();
    }
}

using System.Buffers.Text;
using Microsoft.Extensions.Logging;
using Samsa.Client.Consumer.Fetching;
using Samsa.Client.Metadata;
using Samsa.Protocol;

namespace Samsa.Client.Consumer.Groups.Membership;

/// <summary>
/// The thin shell around a <see cref="MembershipState"/>: gives it events and time, carries out its effects, and serves the caller.
/// Owns the state under one short lock, a timer, the tasks of requests under way and the watch of topics. Entered by the caller's threads, the timer and
/// the ends of requests. Lives with the consumer; <see cref="LeaveAsync"/> gives the partitions back, <see cref="DisposeAsync"/> ends the tasks. What the
/// coordinator refuses for good reaches the caller when it asks for more; a fault of ours fails the consumer.
/// </summary>
internal sealed partial class GroupMembership : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Task> _running = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _serving = new(1, 1);
    private readonly MembershipState _state;
    private readonly IMembershipRequests _requests;
    private readonly TopicWatch _watch;
    private readonly Assignment _assignment;
    private readonly ClusterClient _cluster;
    private readonly ConsumerOptions _options;
    private readonly Action<Exception> _failed;
    private readonly ITimer _timer;
    private readonly long _start;
    private TaskCompletionSource _moved = NewSignal();
    private Subscription? _subscription;
    private KafkaException? _refusal;
    private bool _isWatching;
    private bool _closing;
    private volatile bool _wantsCaller;
    private volatile bool _callerWaits;
    private int _asked;

    public GroupMembership(
        GroupCoordinator coordinator, Assignment assignment, ClusterClient cluster, ConsumerOptions options, Action<Exception> failed)
    {
        _assignment = assignment;
        _cluster = cluster;
        _options = options;
        _failed = failed;
        _start = options.TimeProvider.GetTimestamp();
        _watch = new TopicWatch(cluster, options)
        {
            Matched = Matched,
            Counted = (attempt, counts) => Post(new MembershipEvent.Counted(attempt, counts)),
            Refused = Refused,
        };
        if (options.GroupProtocol == GroupProtocol.Classic)
        {
            var assignors = options.MakeAssignors();
            _requests = new ClassicRequests(coordinator, cluster, options, assignors, _watch);
            _state = new ClassicMembership(options.MakeMembershipSettings(assignors, cluster.RetryBackoff));
        }
        else
        {
            var id = NewMemberId();
            _requests = new ConsumerRequests(coordinator, cluster, options, id);
            _state = new ConsumerMembership(options.MakeMembershipSettings([], cluster.RetryBackoff), id);
        }

        _timer = options.TimeProvider.CreateTimer(
            static state => ((GroupMembership)state!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends work on records of partitions that are given back, or are lost already.</summary>
    public required Func<IReadOnlyCollection<TopicPartition>, bool, Task> Revoking { get; init; }

    /// <summary>Commits what the caller is done with before partitions are given back; does nothing where that is the caller's matter.</summary>
    public required Func<CancellationToken, Task> CommitAsync { get; init; }

    /// <summary>Whether the consumer is subscribed: its partitions are the group's to give.</summary>
    public bool IsSubscribed => Volatile.Read(ref _subscription) is not null;

    /// <summary>Whether <see cref="ServeAsync"/> has something to do.</summary>
    public bool WantsCaller => _wantsCaller;

    /// <summary>Whether the caller waits for records, and so is alive however long it takes.</summary>
    public bool CallerWaits
    {
        set
        {
            _asked = 1;
            _callerWaits = value;
        }
    }

    /// <summary>As whom the consumer is in the group, and whether it is.</summary>
    public (CommitStanding Standing, GroupMember Member) Who
    {
        get
        {
            lock (_gate)
            {
                return (_state.Standing, _state.Member);
            }
        }
    }

    /// <summary>As whom committed offsets are asked for. Only coordinators of KIP-848 look at it (OffsetFetch 9).</summary>
    public GroupMember FetchesAs => _options.GroupProtocol == GroupProtocol.Consumer && Who is (CommitStanding.Member, var member) ? member : GroupMember.None;

    /// <summary>The caller asks for more.</summary>
    public void Asked() => _asked = 1;

    /// <summary>Subscribes, or changes the subscription.</summary>
    public void Subscribe(Subscription subscription)
    {
        lock (_gate)
        {
            Volatile.Write(ref _subscription, subscription);
            _refusal = null;
            if (!_isWatching)
            {
                _isWatching = true;
                _running.Add(BackgroundTask.GuardAsync(Task.Run(() => _watch.RunAsync(_stopping.Token), CancellationToken.None), _failed));
            }
        }

        _watch.Follow(subscription);
    }

    /// <summary>Tells the membership what a refused commit says of it.</summary>
    /// <returns>Whether the consumer is in the group as somebody else by now, so that another attempt may succeed.</returns>
    public bool HasMovedOn(ErrorCode error, GroupMember member)
    {
        if (error is not (ErrorCode.IllegalGeneration or ErrorCode.UnknownMemberId or ErrorCode.FencedInstanceId or ErrorCode.RebalanceInProgress
            or ErrorCode.StaleMemberEpoch))
        {
            return false;
        }

        lock (_gate)
        {
            if (_state.Standing == CommitStanding.Joining || (_state.Standing == CommitStanding.Member && _state.Member != member))
            {
                return true;
            }
        }

        Post(new MembershipEvent.CommitRefused(error, member));

        // The coordinator has given the member another epoch, and the answer that says so is on its way.
        return error == ErrorCode.StaleMemberEpoch;
    }

    /// <summary>As whom offsets are committed, once a join under way is over.</summary>
    /// <param name="limit">How long that may take.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="KafkaException">The consumer is no member, or did not become one in time.</exception>
    public async Task<(GroupMember Member, bool Waited)> CommitAsAsync(TimeSpan limit, CancellationToken cancellation)
    {
        var waited = false;
        var start = _options.TimeProvider.GetTimestamp();
        while (true)
        {
            Task moved;
            lock (_gate)
            {
                moved = _moved.Task;
                switch (_state.Standing)
                {
                    case CommitStanding.Unsubscribed:
                        return (GroupMember.None, waited);
                    case CommitStanding.Member:
                        return (_state.Member, waited);
                    case CommitStanding.Joining when _closing && _state.Member.Generation >= 0:
                        // The coordinator takes it while it waits for others; there is no time to wait with it.
                        return (_state.Member, waited);
                    case CommitStanding.Joining when !_closing:
                        break;
                    default:
                        throw new KafkaException(
                            _state.Failure is KafkaException failure ? failure.ErrorCode : ErrorCode.UnknownMemberId,
                            $"The consumer is no member of group '{_options.GroupId}' now: offsets of partitions that it lost cannot be committed.",
                            _state.Failure);
                }
            }

            waited = true;
            try
            {
                var left = limit - _options.TimeProvider.GetElapsedTime(start);
                await moved.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, _options.TimeProvider, cancellation).ConfigureAwait(false);
            }
            catch (TimeoutException e)
            {
                throw new KafkaException(
                    ErrorCode.RebalanceInProgress, $"Group '{_options.GroupId}' did not end its rebalance within {limit.TotalMilliseconds} ms.", e);
            }
        }
    }

    /// <summary>Ends the tasks, after the connections were closed.</summary>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync().ConfigureAwait(false);
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(Running()).ConfigureAwait(false);
        _stopping.Dispose();
    }

    // As Kafka writes ids; one that begins with a dash would look like an option to its tools.
    private static string NewMemberId()
    {
        var id = Base64Url.EncodeToString(Guid.NewGuid().ToByteArray());
        return id[0] == '-' ? string.Concat("A", id.AsSpan(1)) : id;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Task[] Running()
    {
        lock (_gate)
        {
            return [.. _running];
        }
    }

    private void Matched(Subscription subscription, IReadOnlyCollection<string> topics)
    {
        if (ReferenceEquals(subscription, Volatile.Read(ref _subscription)))
        {
            Post(new MembershipEvent.Subscribed(topics, subscription.ServerPattern));
        }
    }

    private void Refused(Subscription subscription, KafkaException refusal)
    {
        lock (_gate)
        {
            if (ReferenceEquals(subscription, _subscription))
            {
                _refusal = refusal;
                Publish();
            }
        }
    }

    private void Tick()
    {
        try
        {
            Post(new MembershipEvent.Ticked(Interlocked.Exchange(ref _asked, 0) != 0 || _callerWaits));
        }
        catch (Exception e)
        {
            // Nobody stands behind a timer.
            _failed(e);
        }
    }

    private void Post(MembershipEvent e)
    {
        List<MembershipEffect.Tell>? lines = null;
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested)
            {
                return;
            }

            foreach (var effect in _state.Step(e, Now()))
            {
                if (effect is MembershipEffect.Tell line)
                {
                    (lines ??= []).Add(line);
                }
                else
                {
                    Begin(effect);
                }
            }

            Publish();
        }

        foreach (var line in lines ?? [])
        {
            _cluster.Logger.Log(line.Level, "The consumer {ClientId} of group {Group} {What}", _options.ClientId, _options.GroupId, line.Text);
        }
    }

    // Under the lock, so that requests leave in the order in which the state wants them; it does not wait for them.
    private void Begin(MembershipEffect effect)
    {
        var task = BackgroundTask.GuardAsync(Task.Run(() => _requests.RunAsync(effect, Post, _stopping.Token), CancellationToken.None), _failed);
        _running.RemoveAll(static t => t.IsCompleted);
        _running.Add(task);
        if (effect is MembershipEffect.Leave)
        {
            _leaving = task;
        }
    }

    private TimeSpan Now() => _options.TimeProvider.GetElapsedTime(_start);

    private void Publish()
    {
        // Seen before the caller wakes, which otherwise finds nothing to do and sleeps on.
        var wanted = _wantsCaller;
        _wantsCaller = (_state.WantsCaller || _refusal is not null) && !_closing;
        if (_wantsCaller && !wanted)
        {
            _assignment.DataArrived.Set();
        }

        var moved = _moved;
        _moved = NewSignal();
        moved.TrySetResult();
        if (_state.Deadline is { } deadline)
        {
            // Rounded up: a timer has milliseconds.
            var wait = deadline - Now() + TimeSpan.FromMilliseconds(1);
            _timer.Change(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}

using Microsoft.Extensions.Logging;
using Samsa.Client.Consumer.Fetching;
using Samsa.Client.Consumer.Groups.Membership;
using Samsa.Client.Metadata;
using Samsa.Protocol;

namespace Samsa.Client.Consumer.Groups;

/// <summary>
/// Commits for the caller and, every <c>auto.commit.interval.ms</c>, on its own what the caller is done with; commits keep their order.
/// Owns a timer and the order; entered from any thread. Lives with the consumer: <see cref="StopAsync"/> commits a last time. What fails on its
/// own is logged and comes with the next commit.
/// </summary>
internal sealed class OffsetCommitter : IAsyncDisposable
{
    private static readonly TimeSpan LastCommit = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<TopicPartition, CommittedOffset> _committed = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly GroupCoordinator _coordinator;
    private readonly Assignment _assignment;
    private readonly ConsumerOptions _options;
    private readonly ILogger _logger;
    private readonly ITimer? _timer;
    private Task _automatic = Task.CompletedTask;

    public OffsetCommitter(GroupCoordinator coordinator, Assignment assignment, ClusterClient cluster, ConsumerOptions options)
    {
        _coordinator = coordinator;
        _assignment = assignment;
        _options = options;
        _logger = cluster.Logger;
        if (options.EnableAutoCommit)
        {
            _timer = options.TimeProvider.CreateTimer(
                static state => ((OffsetCommitter)state!).Tick(), this, options.AutoCommitInterval, options.AutoCommitInterval);
        }
    }

    /// <summary>The membership as which offsets are committed while the consumer is subscribed.</summary>
    public required GroupMembership Membership { get; init; }

    /// <exception cref="KafkaException">An offset was not committed.</exception>
    public async Task CommitAsync(IReadOnlyDictionary<TopicPartition, CommittedOffset> offsets, CancellationToken cancellation)
    {
        if (offsets.Count == 0)
        {
            return;
        }

        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await SendAsync(offsets, cancellation).ConfigureAwait(false);
            Remember(offsets);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Commits what the caller is done with and was not committed yet.</summary>
    /// <exception cref="KafkaException">An offset was not committed.</exception>
    public async Task CommitStoredAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var news = _assignment.Stored().Where(o => !_committed.TryGetValue(o.Key, out var known) || known != o.Value).ToDictionary();
            if (news.Count > 0)
            {
                await SendAsync(news, cancellation).ConfigureAwait(false);
                Remember(news);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Before partitions are given back: commits, if that is done automatically. A failure is logged.</summary>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public async Task CommitBeforeRevocationAsync(CancellationToken cancellation)
    {
        if (_timer is not null)
        {
            await CommitQuietlyAsync(cancellation).ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>What is read from the group need not be committed again; null when it has nothing.</summary>
    public async Task KnowAsync(TopicPartition partition, CommittedOffset? offset, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        if (offset is { } known)
        {
            _committed[partition] = known;
        }
        else
        {
            _committed.Remove(partition);
        }

        _turn.Release();
    }

    /// <summary>Commits a last time, if that is done automatically, while the connections are still open.</summary>
    public async Task StopAsync()
    {
        if (_timer is null)
        {
            return;
        }

        await _timer.DisposeAsync().ConfigureAwait(false);
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _automatic.ConfigureAwait(false);
        using var limit = new CancellationTokenSource(LastCommit, _options.TimeProvider);
        await CommitQuietlyAsync(limit.Token).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _stopping.Dispose();
        _turn.Dispose();
    }

    private async Task SendAsync(IReadOnlyDictionary<TopicPartition, CommittedOffset> offsets, CancellationToken cancellation)
    {
        var start = _options.TimeProvider.GetTimestamp();
        for (var isFirst = true; ; isFirst = false)
        {
            var (member, waited) = await Membership.CommitAsAsync(_options.DefaultApiTimeout, cancellation).ConfigureAwait(false);

            // After a rebalance the offsets of partitions that went elsewhere would undo what their new owner commits.
            if ((waited || !isFirst) && !_assignment.HasAll(offsets.Keys))
            {
                throw new KafkaException(
                    ErrorCode.RebalanceInProgress, $"Group '{_options.GroupId}' rebalanced before offsets were committed, and some of the partitions are not assigned any more.");
            }

            try
            {
                await _coordinator.CommitAsync(offsets, member, _options.DefaultApiTimeout, cancellation).ConfigureAwait(false);
                return;
            }
            catch (KafkaException e) when (
                Membership.HasMovedOn(e.ErrorCode, member) && _options.TimeProvider.GetElapsedTime(start) < _options.DefaultApiTimeout)
            {
                // The generation ended while the commit was on its way. A new epoch comes with the next heartbeat.
                if (e.ErrorCode == ErrorCode.StaleMemberEpoch)
                {
                    await Task.Delay(_options.RetryBackoff, _options.TimeProvider, cancellation).ConfigureAwait(false);
                }
            }
        }
    }

    private void Remember(IReadOnlyDictionary<TopicPartition, CommittedOffset> offsets)
    {
        foreach (var (partition, offset) in offsets)
        {
            _committed[partition] = offset;
        }
    }

    private void Tick()
    {
        if (_automatic.IsCompleted && !_stopping.IsCancellationRequested)
        {
            _automatic = CommitQuietlyAsync(_stopping.Token);
        }
    }

    private async Task CommitQuietlyAsync(CancellationToken cancellation)
    {
        try
        {
            await CommitStoredAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The consumer is disposed, and commits a last time; or that took too long.
        }
        catch (ObjectDisposedException)
        {
            // The connections are gone already.
        }
        catch (KafkaException e)
        {
            _logger.LogWarning("Offsets of group {Group} were not committed: {Reason}", _options.GroupId, e.Message);
        }
    }
}

using Microsoft.Extensions.Logging;
using Samsa.Client.Consumer.Fetching;
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

    /// <summary>As whom offsets are committed; whoever joins a group changes it.</summary>
    public Func<GroupMember> Member { get; set; } = static () => GroupMember.None;

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
            await _coordinator.CommitAsync(offsets, Member(), _options.DefaultApiTimeout, cancellation).ConfigureAwait(false);
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
                await _coordinator.CommitAsync(news, Member(), _options.DefaultApiTimeout, cancellation).ConfigureAwait(false);
                Remember(news);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>What was committed elsewhere, or is read from the group: it need not be committed again.</summary>
    public async Task KnowAsync(TopicPartition partition, CommittedOffset offset, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        _committed[partition] = offset;
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

using Microsoft.Extensions.Logging;
using Samsa.Client.Configuration;
using Samsa.Client.Connections;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Client.Metadata;

/// <summary>
/// Keeps the client's picture of the cluster fresh.
/// Owns the set of topics that the client cares about, the latest <see cref="ClusterSnapshot"/> and a timer. Entered from any thread;
/// lives with the client. A refresh that fails keeps the old picture; one asked for by <see cref="Invalidate"/> is repeated until it works.
/// </summary>
internal sealed class ClusterMetadata : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _tracked = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<CancellationToken, Task<BrokerConnection>> _connect;
    private readonly ClientOptions _options;
    private readonly ILogger _logger;
    private readonly Backoff _backoff;
    private readonly ITimer _timer;
    private TaskCompletionSource _changed = NewSignal();
    private ClusterSnapshot _snapshot = ClusterSnapshot.Empty;
    private Task? _refreshing;
    private Task _repeating = Task.CompletedTask;
    private bool _tracksAll;

    /// <param name="options">The client's options.</param>
    /// <param name="logger">For refreshes that nobody waits for.</param>
    /// <param name="connect">Gives a connection to any broker that can be reached.</param>
    public ClusterMetadata(ClientOptions options, ILogger logger, Func<CancellationToken, Task<BrokerConnection>> connect)
    {
        _options = options;
        _logger = logger;
        _connect = connect;
        _backoff = new Backoff(options.RetryBackoff, options.RetryBackoffMax);
        var age = options.MetadataMaxAge > TimeSpan.Zero ? options.MetadataMaxAge : Timeout.InfiniteTimeSpan;
        _timer = options.TimeProvider.CreateTimer(static state => ((ClusterMetadata)state!).Age(), this, age, age);
    }

    /// <summary>The cluster as it was last seen.</summary>
    public ClusterSnapshot Snapshot => Volatile.Read(ref _snapshot);

    /// <summary>Whether a broker may make a topic that is asked for and missing.</summary>
    public bool AllowAutoTopicCreation { get; init; }

    /// <summary>Completes with the next refresh that succeeds. Take it before a look at <see cref="Snapshot"/>, so that none is missed.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>Makes a topic part of every later refresh.</summary>
    public void Track(string topic)
    {
        lock (_gate)
        {
            _tracked.Add(topic);
        }
    }

    /// <summary>Makes all topics part of every later refresh, for subscriptions by pattern.</summary>
    public void TrackAll(bool all)
    {
        lock (_gate)
        {
            _tracksAll = all;
        }
    }

    /// <summary>Leaves a topic out of later refreshes.</summary>
    public void Untrack(string topic)
    {
        lock (_gate)
        {
            _tracked.Remove(topic);
        }
    }

    /// <summary>
    /// The topic with its partitions, asked for if need be, again and again while the cluster says that it may still come.
    /// </summary>
    /// <exception cref="KafkaException">The topic cannot be used, or does not exist after <paramref name="limit"/>; the code says which.</exception>
    public async ValueTask<TopicMetadata> TopicAsync(string name, TimeSpan limit, CancellationToken cancellation)
    {
        if (Snapshot.Topic(name) is { Error: ErrorCode.None } known)
        {
            return known;
        }

        Track(name);
        var start = _options.TimeProvider.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            var error = ErrorCode.UnknownTopicOrPartition;
            Exception? inner = null;
            try
            {
                await RefreshAsync(cancellation).ConfigureAwait(false);
                if (Snapshot.Topic(name) is { } topic)
                {
                    if (topic.Error == ErrorCode.None)
                    {
                        return topic;
                    }

                    error = topic.Error;
                }
            }
            catch (KafkaException e) when (e.IsRetriable)
            {
                error = e.ErrorCode;
                inner = e;
            }

            if (!error.IsRetriable())
            {
                throw new KafkaException(error, $"Topic '{name}' cannot be used: {error.Name()}. {error.Description()}");
            }

            var wait = _backoff.After(attempt);
            if (_options.TimeProvider.GetElapsedTime(start) + wait >= limit)
            {
                throw new KafkaException(
                    inner is null ? error : ErrorCode.RequestTimedOut,
                    $"Topic '{name}' was not found within {limit.TotalMilliseconds} ms: {inner?.Message ?? error.Name()}",
                    inner);
            }

            await Task.Delay(wait, _options.TimeProvider, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Asks for the tracked topics once, or joins a question under way that already covers them.</summary>
    /// <exception cref="KafkaException">No broker could be asked.</exception>
    public async Task RefreshAsync(CancellationToken cancellation)
    {
        // A question under way may be older than the topics that the caller cares about: the one after it is not.
        Task? older;
        lock (_gate)
        {
            older = _refreshing;
        }

        if (older is not null)
        {
            await older.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
        }

        Task current;
        lock (_gate)
        {
            current = _refreshing ??= RefreshOnceAsync();
        }

        await current.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>A broker that was asked in vain named the leader (KIP-951): what is newer than the picture goes into it.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="leader">Its leader.</param>
    /// <param name="epoch">The leader's epoch.</param>
    /// <param name="address">Where the leader is, when the answer said it.</param>
    /// <returns>Whether it was news, and the leader can be reached.</returns>
    public bool TryMoveLeader(TopicPartition partition, int leader, int epoch, BrokerNode? address)
    {
        lock (_gate)
        {
            if (Snapshot.WithLeader(partition, leader, epoch, address) is not { } moved)
            {
                return false;
            }

            Publish(moved);
        }

        _logger.LogInformation("Broker {Leader} leads {Partition} now (epoch {Epoch})", leader, partition, epoch);
        return true;
    }

    /// <summary>The picture was found to be wrong: it is refreshed in the background, until that works.</summary>
    public void Invalidate()
    {
        lock (_gate)
        {
            if (_repeating.IsCompleted && !_stopping.IsCancellationRequested)
            {
                _repeating = RepeatAsync();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
        Task repeating;
        Task? refreshing;
        lock (_gate)
        {
            repeating = _repeating;
            refreshing = _refreshing;
        }

        await repeating.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (refreshing is not null)
        {
            await refreshing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _stopping.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Age()
    {
        bool needed;
        lock (_gate)
        {
            needed = _tracksAll || _tracked.Count > 0;
        }

        if (needed)
        {
            Invalidate();
        }
    }

    private async Task RepeatAsync()
    {
        await Task.Yield();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                // Several partitions find the same change of leader at once, and it may take the cluster a moment to tell of it.
                await Task.Delay(_backoff.After(attempt), _options.TimeProvider, _stopping.Token).ConfigureAwait(false);
                await RefreshAsync(_stopping.Token).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (e is OperationCanceledException or KafkaException && _stopping.IsCancellationRequested)
            {
                return;
            }
            catch (KafkaException e)
            {
                _logger.LogWarning("Metadata could not be refreshed: {Reason}", e.Message);
            }
        }
    }

    private async Task RefreshOnceAsync()
    {
        await Task.Yield();
        try
        {
            string[]? topics;
            lock (_gate)
            {
                topics = _tracksAll ? null : [.. _tracked];
            }

            var connection = await _connect(_stopping.Token).ConfigureAwait(false);
            var version = connection.Versions.Choose(ClientApis.Metadata);
            var request = Request(topics, version);
            var answer = await connection.SendAsync(ClientApis.Metadata, version, request, cancellation: _stopping.Token).ConfigureAwait(false);
            KafkaException.ThrowIfError(answer.ErrorCode);
            lock (_gate)
            {
                Publish(Snapshot.With(answer, topics is null));
            }

            _logger.LogDebug(
                "Metadata of {Topics} topics and {Brokers} brokers came from {Broker}", answer.Topics.Count, answer.Brokers.Count, connection.Address);
        }
        finally
        {
            lock (_gate)
            {
                _refreshing = null;
            }
        }
    }

    private MetadataRequest Request(string[]? topics, short version)
    {
        // Version 0 has no null, and takes an empty list for all topics.
        var list = topics is null && version > 0 ? null : new List<MetadataRequest.MetadataRequestTopic>();
        foreach (var topic in topics ?? [])
        {
            list!.Add(new MetadataRequest.MetadataRequestTopic { Name = topic });
        }

        // Before version 4 there is no such field: the broker makes missing topics.
        return new MetadataRequest { Topics = list, AllowAutoTopicCreation = version < 4 || AllowAutoTopicCreation };
    }

    private void Publish(ClusterSnapshot snapshot)
    {
        Volatile.Write(ref _snapshot, snapshot);
        Interlocked.Exchange(ref _changed, NewSignal()).TrySetResult();
    }
}

using Microsoft.Extensions.Logging;
using Samsa.Broker.Configuration;
using Samsa.Broker.Metadata.Coordination;
using Samsa.Broker.Metadata.Znodes;
using Samsa.Protocol;

namespace Samsa.Broker.Metadata;

/// <summary>
/// The metadata of a cluster that keeps it in ZooKeeper, as Kafka up to 3.9 does.
/// Owns the state machine that decides (<see cref="ClusterMachine"/>) and the connection to the tree. Any thread asks for changes and tells news; one task at
/// a time steps the machine and executes what it asks for, and ends when there is nothing to do.
/// Lives as long as the broker; disposing it ends the session, with which the broker's registration goes.
/// Fails: without a connection what is known goes on being served, and changes wait, at most <c>request.timeout.ms</c>. What was not begun by then is dropped.
/// </summary>
public sealed class ZooKeeperClusterMetadata : IClusterMetadata, IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly ClusterMachine _machine;
    private readonly IZnodeStore _store;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    // A session that an earlier life left behind is over by then: servers look at their sessions once a tick, which is a small part of a time-out.
    private readonly TimeSpan _registrationPatience;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RequestQueue _requests;
    private List<Action<ClusterMachine>> _inbox = [];
    private bool _running;
    private volatile MetadataImage _current;
    private volatile BrokerConfig _brokerConfig;

    private ZooKeeperClusterMetadata(ClusterOptions options, IZnodeStore store)
    {
        _store = store;
        _logger = options.Logger;
        _time = options.Time;
        var patience = TimeSpan.FromMilliseconds(options.Config.Values.GetInt(BrokerKeys.RequestTimeoutMs));
        _requests = new RequestQueue(Wake, patience, options.Time);
        _registrationPatience = TimeSpan.FromTicks(Math.Max(patience.Ticks, options.Config.ZooKeeper.SessionTimeout.Ticks * 3 / 2));
        _machine = new ClusterMachine(options, Publish);
        _current = _machine.Image;
        _brokerConfig = _machine.BrokerConfig;
    }

    /// <inheritdoc/>
    public event Action<MetadataImage, MetadataDelta>? Changed;

    /// <inheritdoc/>
    public MetadataImage Current => _current;

    /// <inheritdoc/>
    public BrokerConfig BrokerConfig => _brokerConfig;

    /// <summary>The topics for which there was a node when all was read the last time, also where it says nonsense; null when that may not be read.</summary>
    internal IReadOnlySet<string>? TopicsInTree => _machine.TopicsInTree;

    /// <summary>The registration waits for somebody else's node to go.</summary>
    internal bool IsHeldUp => _machine.HeldUp != null;

    /// <summary>What was asked for and nobody took yet.</summary>
    internal int RequestsWaiting => _requests.Count;

    /// <summary>Whether this broker is the controller.</summary>
    public bool IsController => _current.ControllerId >= 0 && _machine.IsController;

    /// <summary>Returns when the tree is prepared and read: <see cref="Current"/> is what the cluster knows.</summary>
    /// <exception cref="TimeoutException">There is no connection within <paramref name="patience"/>.</exception>
    internal static async Task<ZooKeeperClusterMetadata> OpenAsync(ClusterOptions options, IZnodeStore store, TimeSpan patience)
    {
        var metadata = new ZooKeeperClusterMetadata(options, store);
        try
        {
            store.Start(new Listener(metadata));
            await metadata._ready.Task.WaitAsync(patience, options.Time).ConfigureAwait(false);
            return metadata;
        }
        catch
        {
            await metadata.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<CreateTopicResult>> CreateTopicsAsync(
        IReadOnlyList<NewTopic> topics, bool validateOnly, CancellationToken cancellation = default)
    {
        try
        {
            return await ChangeAsync(draft => Create(draft, topics, validateOnly), cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException late)
        {
            return [.. topics.Select(_ => new CreateTopicResult(Late(late), null))];
        }
        catch (ChangeFailedException failed)
        {
            return [.. topics.Select(_ => new CreateTopicResult(Failed(failed), null))];
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<MetadataError>> DeleteTopicsAsync(IReadOnlyList<string> names, CancellationToken cancellation = default) =>
        ForEachAsync(names, DeleteTopic, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<MetadataError>> CreatePartitionsAsync(
        IReadOnlyList<NewPartitions> topics, bool validateOnly, CancellationToken cancellation = default) =>
        ForEachAsync(topics, (draft, topic) => TopicCreation.AddPartitions(draft, topic, validateOnly), cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<MetadataError>> AlterConfigsAsync(
        IReadOnlyList<ConfigAlteration> alterations, bool validateOnly, CancellationToken cancellation = default) =>
        ForEachAsync(alterations, (draft, alteration) => ConfigAlterations.Apply(draft, alteration, validateOnly), cancellation);

    /// <inheritdoc/>
    public Task<ProducerIdBlock> AllocateProducerIdsAsync(CancellationToken cancellation = default)
    {
        var request = new ProducerIdRequest();
        return _requests.AskAsync(request, request.Done, cancellation);
    }

    /// <inheritdoc/>
    /// <exception cref="RegistrationException">Another broker has this one's id.</exception>
    /// <exception cref="TimeoutException">ZooKeeper did not answer.</exception>
    public async Task RegisterBrokerAsync(BrokerImage broker, CancellationToken cancellation = default)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Tell(machine => machine.Register(broker, done));
        try
        {
            await done.Task.WaitAsync(_registrationPatience, _time, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException) when (_machine.HeldUp is { } somebodyElse)
        {
            throw new RegistrationException(somebodyElse.Message);
        }
    }

    /// <summary>Nothing can be changed from now on, and whoever asks is told why.</summary>
    public void Fail(Exception failure)
    {
        _failed.TrySetResult();
        Tell(machine => machine.Fail(failure));
    }

    /// <summary>Ends the session. Changes under way fail.</summary>
    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync().ConfigureAwait(false);
        Fail(new ObjectDisposedException(nameof(ZooKeeperClusterMetadata)));
    }

    private static CreateTopicResult[] Create(MetadataDraft draft, IReadOnlyList<NewTopic> topics, bool validateOnly)
    {
        var results = new CreateTopicResult[topics.Count];
        var partitions = topics.Sum(topic => (long)Math.Max(1, Math.Max(topic.Partitions, topic.Assignments?.Count ?? 0)));
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = partitions > TopicCreation.MaxPartitionsPerRequest
                ? new CreateTopicResult(TopicCreation.TooManyPartitions(), null)
                : TopicCreation.Create(draft, topics[i], validateOnly);
        }

        return results;
    }

    private static MetadataError DeleteTopic(MetadataDraft draft, string name)
    {
        if (!draft.BrokerConfig.Topics.AllowDelete)
        {
            return new MetadataError(ErrorCode.TopicDeletionDisabled, "Topic deletion is disabled.");
        }

        if (draft.Topics.TryGetValue(name, out var topic))
        {
            draft.RemoveTopic(topic);
            return MetadataError.None;
        }

        return draft.Earlier?.HasDeleted(name) == true
            ? MetadataError.None
            : new MetadataError(ErrorCode.UnknownTopicOrPartition, "This server does not host this topic-partition.");
    }

    private static MetadataError Late(TimeoutException late) => new(ErrorCode.RequestTimedOut, $"ZooKeeper did not take the change in time: {late.Message}");

    private static MetadataError Failed(ChangeFailedException failed) => new(ErrorCode.UnknownServerError, failed.Message);

    private async Task<IReadOnlyList<MetadataError>> ForEachAsync<TItem>(
        IReadOnlyList<TItem> items, Func<MetadataDraft, TItem, MetadataError> change, CancellationToken cancellation)
    {
        try
        {
            return await ChangeAsync(
                draft =>
                {
                    var errors = new MetadataError[items.Count];
                    for (var i = 0; i < errors.Length; i++)
                    {
                        errors[i] = change(draft, items[i]);
                    }

                    return errors;
                },
                cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException late)
        {
            return [.. items.Select(_ => Late(late))];
        }
        catch (ChangeFailedException failed)
        {
            return [.. items.Select(_ => Failed(failed))];
        }
    }

    private Task<TResult> ChangeAsync<TResult>(Func<MetadataDraft, TResult> change, CancellationToken cancellation)
    {
        var pending = new PendingChange<TResult>(change);
        return _requests.AskAsync(pending, pending.Done, cancellation);
    }

    private void Tell(Action<ClusterMachine> news)
    {
        lock (_lock)
        {
            _inbox.Add(news);
        }

        Wake();
    }

    private void Wake()
    {
        lock (_lock)
        {
            if (_running)
            {
                return;
            }

            _running = true;
        }

        _ = Task.Run(RunAsync, CancellationToken.None);
    }

    private async Task RunAsync()
    {
        while (true)
        {
            // What is begun is sent: without a connection nothing is begun, and whoever gives up meanwhile finds nothing done later.
            await Task.WhenAny(_store.WaitConnectedAsync(), _failed.Task).ConfigureAwait(false);
            List<Action<ClusterMachine>> news;
            lock (_lock)
            {
                (news, _inbox) = (_inbox, []);
            }

            if (Step(news) is { } round)
            {
                await ExecuteAsync(round).ConfigureAwait(false);
                continue;
            }

            lock (_lock)
            {
                if (_inbox.Count == 0 && _requests.Count == 0)
                {
                    _running = false;
                    return;
                }
            }
        }
    }

    private async Task ExecuteAsync(ZnodeRound round)
    {
        try
        {
            if (_machine.TakePause() is { Ticks: > 0 } pause)
            {
                await Task.Delay(pause, _time).ConfigureAwait(false);
            }

            await _store.ExecuteAsync(round).ConfigureAwait(false);
        }
        catch (Exception bug)
        {
            Stop(bug);
        }
    }

    private ZnodeRound? Step(List<Action<ClusterMachine>> news)
    {
        try
        {
            foreach (var item in news)
            {
                item(_machine);
            }

            foreach (var request in _requests.TakeAll())
            {
                _machine.Add(request);
            }

            var round = _machine.Step();
            if (_machine.IsReady)
            {
                _ready.TrySetResult();
            }

            return round;
        }
        catch (Exception bug)
        {
            Stop(bug);
            return null;
        }
    }

    // Nothing half done is passed on: from here on the broker serves what it knows, and refuses changes.
    private void Stop(Exception bug)
    {
        _logger.LogCritical(bug, "The metadata cannot be changed any more");
        _machine.Fail(bug);
        _ready.TrySetException(bug);
    }

    private void Publish(MetadataImage image, MetadataDelta delta, BrokerConfig config)
    {
        _brokerConfig = config;
        _current = image;
        foreach (var handler in Changed?.GetInvocationList() ?? [])
        {
            try
            {
                ((Action<MetadataImage, MetadataDelta>)handler)(image, delta);
            }
            catch (Exception failed)
            {
                _logger.LogError(failed, "A listener of metadata version {Version} failed", image.Version);
            }
        }
    }

    private sealed class Listener(ZooKeeperClusterMetadata metadata) : IZnodeListener
    {
        public void OnChanged(string path) => metadata.Tell(machine => machine.Changed(path));

        public void OnConnected(long session) => metadata.Tell(machine => machine.Connected(session));

        public void OnFailed(Exception failure)
        {
            metadata._ready.TrySetException(failure);
            metadata.Fail(failure);
        }
    }
}

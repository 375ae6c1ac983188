using Microsoft.Extensions.Logging;
using Samsa.Client.Configuration;
using Samsa.Client.Connections;
using Samsa.Protocol;

namespace Samsa.Client.Metadata;

/// <summary>
/// The cluster as one thing to talk to: finds the broker for a question, connects, retries. Producer, consumer and admin client stand on it.
/// Owns the connections and the metadata; entered from any thread; lives with its client; what it cannot do is a
/// <see cref="KafkaException"/>, whose <see cref="KafkaException.IsRetriable"/> says whether another attempt may help.
/// </summary>
internal sealed class ClusterClient : IAsyncDisposable
{
    private readonly IReadOnlyList<BrokerAddress> _bootstrap;
    private readonly ConnectionPool _pool;
    private readonly ClientOptions _options;
    private volatile bool _useBootstrap;

    /// <exception cref="ClientConfigException">The options cannot work.</exception>
    public ClusterClient(ClientOptions options, bool allowAutoTopicCreation = false, IConnector? connector = null)
    {
        options.Validate();
        _options = options;
        _bootstrap = BrokerAddress.ParseList(options.BootstrapServers);
        Logger = options.MakeLogger();
        if (options.KeysWithoutEffect.Count > 0)
        {
            Logger.LogWarning("Client {ClientId}: these keys have no effect: {Keys}", options.ClientId, string.Join(", ", options.KeysWithoutEffect));
        }

        RetryBackoff = new Backoff(options.RetryBackoff, options.RetryBackoffMax);
        var connections = new ConnectionOptions(
            options.ClientId, options.RequestTimeout, options.ReceiveMessageMaxBytes, options.TimeProvider, Logger);
        _pool = new ConnectionPool(connector ?? new SocketConnector(options), connections, options);
        Metadata = new ClusterMetadata(options, Logger, ConnectToAnyAsync) { AllowAutoTopicCreation = allowAutoTopicCreation };
    }

    public ClusterMetadata Metadata { get; }

    public ILogger Logger { get; }

    public TimeProvider Time => _options.TimeProvider;

    /// <summary>The waits between attempts (<c>retry.backoff.ms</c>).</summary>
    public Backoff RetryBackoff { get; }

    /// <summary>A connection to the broker with the id.</summary>
    /// <exception cref="KafkaException">The broker is unknown or cannot be reached; both may pass.</exception>
    public async Task<BrokerConnection> ConnectAsync(int nodeId, ConnectionPurpose purpose, CancellationToken cancellation)
    {
        var node = Metadata.Snapshot.Broker(nodeId) ?? throw new KafkaException(
            ErrorCode.LeaderNotAvailable, $"Broker {nodeId} is not among the brokers that the cluster named.");
        return await ConnectAsync(node.Address, purpose, cancellation).ConfigureAwait(false);
    }

    /// <summary>A connection to a broker that need not be among those that the cluster named.</summary>
    /// <exception cref="KafkaException">It cannot be reached, which may pass.</exception>
    public Task<BrokerConnection> ConnectAsync(BrokerNode node, ConnectionPurpose purpose, CancellationToken cancellation) =>
        ConnectAsync(node.Address, purpose, cancellation);

    /// <summary>The connection to a broker if it is open; null otherwise.</summary>
    public BrokerConnection? OpenConnection(int nodeId, ConnectionPurpose purpose) =>
        Metadata.Snapshot.Broker(nodeId) is { } node ? _pool.Open(node.Address, purpose) : null;

    /// <summary>A connection to any broker: an open one with the fewest requests in flight, or the first that can be reached.</summary>
    /// <exception cref="KafkaException">None of them can be reached (<see cref="ErrorCode.NetworkException"/>).</exception>
    public async Task<BrokerConnection> ConnectToAnyAsync(CancellationToken cancellation)
    {
        var candidates = Candidates();
        if (LeastLoaded(candidates) is { } open)
        {
            return open;
        }

        // First those that did not fail lately.
        Random.Shared.Shuffle(candidates);
        Array.Sort(candidates, (a, b) => _pool.NotBefore(a, ConnectionPurpose.Control).CompareTo(_pool.NotBefore(b, ConnectionPurpose.Control)));
        KafkaException? last = null;
        foreach (var candidate in candidates)
        {
            try
            {
                var connection = await ConnectAsync(candidate, ConnectionPurpose.Control, cancellation).ConfigureAwait(false);
                _useBootstrap = false;
                return connection;
            }
            catch (KafkaException e)
            {
                last = e;
            }
        }

        if (_options.MetadataRecoveryStrategy == MetadataRecoveryStrategy.Rebootstrap)
        {
            _useBootstrap = true;
        }

        throw new KafkaException(
            last is { IsRetriable: false } ? last.ErrorCode : ErrorCode.NetworkException,
            $"None of the brokers {string.Join(", ", candidates)} can be used: {last?.Message}",
            last);
    }

    /// <summary>A connection to the controller, for changes of the cluster.</summary>
    /// <exception cref="KafkaException">It is unknown or cannot be reached.</exception>
    public async Task<BrokerConnection> ConnectToControllerAsync(CancellationToken cancellation)
    {
        if (Metadata.Snapshot.Broker(Metadata.Snapshot.ControllerId) is null)
        {
            await Metadata.RefreshAsync(cancellation).ConfigureAwait(false);
        }

        return Metadata.Snapshot.Broker(Metadata.Snapshot.ControllerId) is { } controller
            ? await ConnectAsync(controller.Address, ConnectionPurpose.Control, cancellation).ConfigureAwait(false)
            : throw new KafkaException(ErrorCode.NotController, "The cluster has no controller now.");
    }

    /// <summary>
    /// Runs an attempt again after failures that may pass, with growing waits, until <paramref name="limit"/> is over; metadata is
    /// refreshed first where the failure says that it is stale.
    /// </summary>
    /// <exception cref="KafkaException">The last failure, when it cannot pass or the time is over.</exception>
    public async Task<TResult> RetryAsync<TResult>(
        Func<CancellationToken, Task<TResult>> attempt, TimeSpan limit, CancellationToken cancellation)
    {
        var start = Time.GetTimestamp();
        for (var failures = 1; ; failures++)
        {
            KafkaException failure;
            try
            {
                return await attempt(cancellation).ConfigureAwait(false);
            }
            catch (KafkaException e) when (e.IsRetriable || e.ErrorCode == ErrorCode.NotController)
            {
                failure = e;
            }

            var wait = RetryBackoff.After(failures);
            if (Time.GetElapsedTime(start) + wait >= limit)
            {
                throw failure.ErrorCode == ErrorCode.RequestTimedOut ? failure : new KafkaException(
                    ErrorCode.RequestTimedOut, $"Gave up after {failures} attempts in {limit.TotalMilliseconds} ms: {failure.Message}", failure);
            }

            await Task.Delay(wait, Time, cancellation).ConfigureAwait(false);
            if (failure.ErrorCode.RefreshesMetadata() || failure.ErrorCode == ErrorCode.NotController)
            {
                await ((Task)Metadata.RefreshAsync(cancellation)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        // In this order: a refresh that the connections' end would fail is no warning to anybody.
        await Metadata.DisposeAsync().ConfigureAwait(false);
        await _pool.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<BrokerConnection> ConnectAsync(BrokerAddress address, ConnectionPurpose purpose, CancellationToken cancellation)
    {
        try
        {
            return await _pool.GetAsync(address, purpose, cancellation).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new KafkaException(ErrorCode.NetworkException, e.Message, e);
        }
    }

    private BrokerAddress[] Candidates()
    {
        var brokers = Metadata.Snapshot.Brokers;
        return _useBootstrap || brokers.Count == 0 ? [.. _bootstrap] : [.. brokers.Select(b => b.Address)];
    }

    private BrokerConnection? LeastLoaded(BrokerAddress[] candidates)
    {
        BrokerConnection? best = null;
        foreach (var candidate in candidates)
        {
            if (_pool.Open(candidate, ConnectionPurpose.Control) is { } open && (best is null || open.InFlight < best.InFlight))
            {
                best = open;
            }
        }

        return best;
    }
}

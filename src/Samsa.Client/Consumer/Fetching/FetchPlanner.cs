using Microsoft.Extensions.Logging;
using Samsa.Client.Metadata;

namespace Samsa.Client.Consumer.Fetching;

/// <summary>
/// Follows the leaders of the assigned partitions, and runs a fetcher and a resolver for each broker that leads one.
/// Owns their tasks and its own; <see cref="Wake"/> comes from any thread. Lives with the consumer: <see cref="StopAsync"/> ends it after
/// the connections were closed, which is what a parked fetch waits for. A task that fails by a fault of ours fails the consumer.
/// </summary>
internal sealed class FetchPlanner(
    ClusterClient cluster, Assignment assignment, ConsumerOptions options, ConsumerTelemetry telemetry, Action<Exception> failed)
{
    private readonly Dictionary<int, (BrokerFetcher Fetcher, PositionResolver Resolver)> _workers = [];
    private readonly List<Task> _tasks = [];
    private readonly AsyncSignal _wake = new();
    private readonly HashSet<int> _nodes = [];
    private readonly HashSet<string> _askedTopics = new(StringComparer.Ordinal);
    private Task _running = Task.CompletedTask;

    public void Start(CancellationToken stopping) => _running = BackgroundTask.GuardAsync(RunAsync(stopping), failed);

    public void Wake() => _wake.Set();

    /// <summary>Ends the sessions with the brokers, after the token was cancelled and before the connections are closed. Has a second for it.</summary>
    public async Task CloseSessionsAsync()
    {
        await _running.ConfigureAwait(false);
        var closing = Task.WhenAll(_workers.Values.Select(worker => worker.Fetcher.CloseSessionAsync()));
        await closing.WaitAsync(TimeSpan.FromSeconds(1), options.TimeProvider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async Task StopAsync()
    {
        await _running.ConfigureAwait(false);
        await Task.WhenAll(_tasks).ConfigureAwait(false);
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        await Task.Yield();
        Task? watched = null;
        while (true)
        {
            var changed = cluster.Metadata.Changed;
            if (changed != watched)
            {
                watched = changed;
                _ = changed.ContinueWith(
                    static (_, state) => ((AsyncSignal)state!).Set(), _wake, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }

            await AskForNewTopicsAsync(stopping).ConfigureAwait(false);
            _nodes.Clear();
            if (!assignment.Locate(cluster.Metadata.Snapshot, _nodes))
            {
                cluster.Metadata.Invalidate();
            }

            foreach (var node in _nodes)
            {
                if (!_workers.ContainsKey(node))
                {
                    Add(node, stopping);
                }
            }

            foreach (var (fetcher, resolver) in _workers.Values)
            {
                resolver.Wake();
                fetcher.Wake();
            }

            await _wake.WaitAsync().WaitAsync(stopping).ConfigureAwait(false);
        }
    }

    private void Add(int node, CancellationToken stopping)
    {
        var fetcher = new BrokerFetcher(node, cluster, assignment, options, telemetry);
        var resolver = new PositionResolver(node, cluster, assignment, options);
        _workers.Add(node, (fetcher, resolver));
        _tasks.Add(BackgroundTask.GuardAsync(Task.Run(() => fetcher.RunAsync(stopping), CancellationToken.None), failed));
        _tasks.Add(BackgroundTask.GuardAsync(Task.Run(() => resolver.RunAsync(stopping), CancellationToken.None), failed));
    }

    // A topic that was just assigned need not wait for the back-off of Invalidate.
    private async Task AskForNewTopicsAsync(CancellationToken stopping)
    {
        var ask = false;
        foreach (var partition in assignment.Partitions())
        {
            ask |= _askedTopics.Add(partition.Topic) && cluster.Metadata.Snapshot.Topic(partition.Topic) is null;
        }

        if (!ask)
        {
            return;
        }

        try
        {
            await cluster.Metadata.RefreshAsync(stopping).ConfigureAwait(false);
        }
        catch (KafkaException e)
        {
            cluster.Logger.LogWarning("Metadata could not be fetched: {Reason}", e.Message);
        }
    }
}

namespace Samsa.Client.Producer;

/// <summary>
/// Brings partitions and the senders of their leaders together, whenever the cluster's metadata changes, and gives up batches whose time is
/// over. Owns the senders, a loop that follows the metadata and a timer; entered from any thread; lives with the producer.
/// </summary>
internal sealed class SenderPool : IAsyncDisposable
{
    // How exactly delivery.timeout.ms is kept, and how often a missing leader is asked for.
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(100);

    private const int LooksPerUse = 10;

    private readonly Lock _gate = new();
    private readonly Dictionary<int, BrokerSender> _senders = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly ProducerContext _context;
    private readonly Func<int, BrokerSender?> _senderOf;
    private Func<IEnumerable<TopicQueues>> _topics = static () => [];
    private ITimer? _timer;
    private Task _following = Task.CompletedTask;
    private int _looking;
    private int _looks;
    private bool _stopped;

    public SenderPool(ProducerContext context)
    {
        _context = context;
        _senderOf = SenderOf;
    }

    /// <summary>Begins to follow the cluster, for the topics that there will be.</summary>
    public void Start(Func<IEnumerable<TopicQueues>> topics)
    {
        _topics = topics;
        _following = FollowAsync();
        _timer = _context.Time.CreateTimer(static state => ((SenderPool)state!).Look(), this, LookPeriod, LookPeriod);
    }

    /// <summary>Gives each partition to the sender of its leader, as the latest metadata says.</summary>
    public void Route()
    {
        var snapshot = _context.Cluster.Metadata.Snapshot;
        BrokerSender[] senders;
        lock (_gate)
        {
            if (_stopped)
            {
                return;
            }

            var lists = new Dictionary<BrokerSender, List<PartitionQueue>>();
            foreach (var topic in _topics())
            {
                if (snapshot.Topic(topic.Name) is { } metadata)
                {
                    topic.Update(metadata, _senderOf, snapshot);
                }

                foreach (var queue in topic.Partitions)
                {
                    if (queue.Sender is { } sender)
                    {
                        if (!lists.TryGetValue(sender, out var list))
                        {
                            lists.Add(sender, list = []);
                        }

                        list.Add(queue);
                    }
                }
            }

            foreach (var sender in _senders.Values)
            {
                sender.Partitions = lists.TryGetValue(sender, out var list) ? [.. list] : [];
            }

            senders = [.. _senders.Values];
        }

        foreach (var sender in senders)
        {
            sender.Wake();
        }
    }

    public void WakeAll()
    {
        lock (_gate)
        {
            foreach (var sender in _senders.Values)
            {
                sender.Wake();
            }
        }
    }

    /// <summary>Stops sending and closes the connections to the cluster. What was under way comes back to its queue or has failed.</summary>
    public async ValueTask DisposeAsync()
    {
        BrokerSender[] senders;
        lock (_gate)
        {
            senders = [.. _senders.Values];
            _stopped = true;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_timer is not null)
        {
            await _timer.DisposeAsync().ConfigureAwait(false);
        }

        foreach (var sender in senders)
        {
            await sender.BeginStopAsync().ConfigureAwait(false);
        }

        await _context.Cluster.DisposeAsync().ConfigureAwait(false);
        foreach (var sender in senders)
        {
            await sender.DisposeAsync().ConfigureAwait(false);
        }

        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private BrokerSender SenderOf(int nodeId)
    {
        if (!_senders.TryGetValue(nodeId, out var sender))
        {
            sender = new BrokerSender(_context, nodeId);
            _senders.Add(nodeId, sender);
        }

        return sender;
    }

    private async Task FollowAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            var changed = _context.Cluster.Metadata.Changed;
            Route();
            await changed.WaitAsync(_stopping.Token).ConfigureAwait(false);
        }
    }

    private void Look()
    {
        // Nothing is under way and nothing waits: most of the time.
        LookForUse();
        if (_context.Budget.Used == 0 || Interlocked.Exchange(ref _looking, 1) != 0)
        {
            return;
        }

        try
        {
            var now = _context.Time.GetTimestamp();
            List<ProducerBatch> expired = [];
            List<ProducerBatch> underWay = [];
            var leaderless = false;
            foreach (var topic in _topics())
            {
                foreach (var queue in topic.Partitions)
                {
                    queue.Expire(now, expired, underWay);
                    leaderless |= queue.HasWaiting && queue.Sender is null;
                }
            }

            FailLate(expired, underWay);
            if (leaderless)
            {
                _context.Cluster.Metadata.Invalidate();
            }
        }
        finally
        {
            Volatile.Write(ref _looking, 0);
        }
    }

    // One look in so many: a topic that is used again is taken up within a second.
    private void LookForUse()
    {
        if (Interlocked.Increment(ref _looks) % LooksPerUse != 0)
        {
            return;
        }

        var now = _context.Time.GetTimestamp();
        foreach (var topic in _topics())
        {
            topic.LookForUse(now);
        }
    }

    private void FailLate(List<ProducerBatch> expired, List<ProducerBatch> underWay)
    {
        foreach (var batch in underWay)
        {
            _context.Fail(batch, Late(batch, "the broker has not answered"));
            batch.Release();
        }

        foreach (var batch in expired)
        {
            _context.Fail(batch, Late(batch, batch.Attempts == 0 ? "they could not be sent" : $"{batch.Attempts} attempts failed"));
            batch.Release();
        }
    }

    private KafkaException Late(ProducerBatch batch, string why) => new(
        Protocol.ErrorCode.RequestTimedOut,
        $"Records for {batch.Queue.Topic}-{batch.Queue.Partition} were not delivered within {_context.DeliveryTimeout.TotalMilliseconds} ms "
        + $"(delivery.timeout.ms): {why}.");
}

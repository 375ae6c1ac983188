using Samsa.Client.Metadata;

namespace Samsa.Client.Producer;

/// <summary>
/// A topic that was produced to: the queues of its partitions, the partition that keyless records go to now, and the calls that wait.
/// Entered from any thread; lives with the producer. Its partitions only become more.
/// </summary>
internal sealed class TopicQueues(string name, ProducerContext context)
{
    private readonly Lock _gate = new();
    private volatile PartitionQueue[] _partitions = [];
    private volatile PartitionQueue[] _withLeader = [];
    private volatile PartitionQueue? _sticky;
    private Task _lastInLine = Task.CompletedTask;
    private volatile int _inLine;
    private long _stickyBytes;

    // Entered by the timer of the sender pool only.
    private long _seenBatches = -1;
    private long _usedAt;
    private bool _isForgotten;

    public string Name => name;

    /// <summary>The queues by partition; none while nothing is known of the topic.</summary>
    public PartitionQueue[] Partitions => _partitions;

    /// <summary>Whether earlier calls wait, so that later ones must not overtake them.</summary>
    public bool HasLine => _inLine > 0;

    /// <summary>
    /// Where a record goes that may go anywhere (KIP-794): it stays with one partition until that has got <c>batch.size</c> bytes, so that batches
    /// become full, and then goes on to another one with a leader, by chance.
    /// </summary>
    public PartitionQueue Sticky
    {
        get
        {
            var current = _sticky;
            return current is null || (Volatile.Read(ref _stickyBytes) >= context.BatchSize && !current.HasWaiting) ? Stick() : current;
        }
    }

    /// <summary>Counts a record that went to <paramref name="queue"/> because of <see cref="Sticky"/>.</summary>
    public void Count(PartitionQueue queue, long bytes)
    {
        if (Interlocked.Add(ref _stickyBytes, bytes) >= 2L * context.BatchSize)
        {
            Leave(queue);
        }
    }

    /// <summary>Keyless records go on to another partition, unless somebody else had this thought.</summary>
    public void Leave(PartitionQueue queue)
    {
        if (ReferenceEquals(_sticky, queue))
        {
            Stick();
        }
    }

    /// <summary>Takes over what the cluster says of the topic; new partitions get queues.</summary>
    public void Update(TopicMetadata topic, Func<int, BrokerSender?> senderOf, ClusterSnapshot snapshot)
    {
        lock (_gate)
        {
            if (topic.Partitions.Count > _partitions.Length)
            {
                var more = new PartitionQueue[topic.Partitions.Count];
                _partitions.CopyTo(more, 0);
                for (var i = _partitions.Length; i < more.Length; i++)
                {
                    more[i] = new PartitionQueue(name, i, context);
                }

                _partitions = more;
            }

            List<PartitionQueue> withLeader = [];
            foreach (var queue in _partitions)
            {
                var leader = topic.Find(queue.Partition)?.Leader ?? -1;
                queue.Sender = leader >= 0 && snapshot.Broker(leader) is not null ? senderOf(leader) : null;
                if (queue.Sender is not null)
                {
                    withLeader.Add(queue);
                }
            }

            _withLeader = [.. withLeader];
            if (_sticky is { Sender: null })
            {
                _sticky = null;
            }
        }
    }

    /// <summary>Takes the next place in the line of calls that wait. The caller waits for what it gets, and then for its own turn's end.</summary>
    public Task JoinLine(TaskCompletionSource end)
    {
        lock (_gate)
        {
            var before = _lastInLine;
            _lastInLine = end.Task;
            _inLine++;
            return before;
        }
    }

    /// <summary>Leaves the line; who comes next may go on once <paramref name="before"/> has.</summary>
    public void LeaveLine(Task before, TaskCompletionSource end)
    {
        lock (_gate)
        {
            _inLine--;
        }

        if (before.IsCompleted)
        {
            end.SetResult();
        }
        else
        {
            before.ContinueWith(
                static (_, state) => ((TaskCompletionSource)state!).SetResult(), end, CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    /// <summary>
    /// Leaves the topic out of later metadata requests when nothing was sent to it for <c>metadata.max.idle.ms</c>, and takes it in again when
    /// something is. What is known of it stays; a leader that moved meanwhile is found out by its answer.
    /// </summary>
    public void LookForUse(long now)
    {
        long batches = 0;
        var isUsed = HasLine;
        foreach (var queue in _partitions)
        {
            batches += queue.Begun;
            isUsed |= queue.HasWaiting;
        }

        if (isUsed || batches != _seenBatches)
        {
            _seenBatches = batches;
            _usedAt = now;
            if (_isForgotten)
            {
                _isForgotten = false;
                context.Cluster.Metadata.Track(name);
                context.Cluster.Metadata.Invalidate();
            }
        }
        else if (!_isForgotten && now - _usedAt >= context.MetadataIdleTicks)
        {
            _isForgotten = true;
            context.Cluster.Metadata.Untrack(name);
        }
    }

    private PartitionQueue Stick()
    {
        var candidates = _withLeader;
        if (candidates.Length == 0)
        {
            candidates = _partitions;
        }

        var next = context.IsAdaptive && candidates.Length > 1 ? ChooseByLoad(candidates) : candidates[Random.Shared.Next(candidates.Length)];
        Interlocked.Exchange(ref _stickyBytes, 0);
        _sticky = next;
        return next;
    }

    // KIP-794: by chance, and the more batches wait in a partition, the less likely; brokers that take nothing get nothing, unless all are so.
    private PartitionQueue ChooseByLoad(PartitionQueue[] candidates)
    {
        var now = context.AvailabilityTicks > 0 ? context.Time.GetTimestamp() : 0;
        var most = -1;
        foreach (var queue in candidates)
        {
            if (IsAvailable(queue, now))
            {
                most = Math.Max(most, queue.Waiting);
            }
        }

        if (most < 0)
        {
            return candidates[Random.Shared.Next(candidates.Length)];
        }

        long total = 0;
        foreach (var queue in candidates)
        {
            total += Weight(queue, most, now);
        }

        // The queues change meanwhile: whoever is reached last has it.
        var chance = Random.Shared.NextInt64(Math.Max(1, total));
        var last = candidates[0];
        foreach (var queue in candidates)
        {
            var weight = Weight(queue, most, now);
            if (weight > 0)
            {
                last = queue;
                chance -= weight;
                if (chance < 0)
                {
                    break;
                }
            }
        }

        return last;
    }

    private long Weight(PartitionQueue queue, int most, long now) => IsAvailable(queue, now) ? Math.Max(1, most + 1 - queue.Waiting) : 0;

    private bool IsAvailable(PartitionQueue queue, long now) => context.AvailabilityTicks == 0 || queue.Sender?.IsStuck(now) != true;
}

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

    private PartitionQueue Stick()
    {
        var candidates = _withLeader;
        if (candidates.Length == 0)
        {
            candidates = _partitions;
        }

        var next = candidates[Random.Shared.Next(candidates.Length)];
        Interlocked.Exchange(ref _stickyBytes, 0);
        _sticky = next;
        return next;
    }
}

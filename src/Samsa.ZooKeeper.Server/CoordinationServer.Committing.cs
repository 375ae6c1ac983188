using Samsa.ZooKeeper.Server.Network;
using Samsa.ZooKeeper.Server.Requests;

namespace Samsa.ZooKeeper.Server;

/// <summary>
/// The way into the pipeline, and from its proposals to the disk and back. One thread at a time is between taking proposals and having
/// committed them (<see cref="_committing"/>): the log's thread, which takes all that came while it wrote, or the thread of a connection
/// whose client waits for nothing but this one write. The latter saves waking another thread and back; that costs as much as the write.
/// </summary>
internal sealed partial class CoordinationServer
{
    private const int CommitsPerLock = 64;

    // So many answers the committing thread sends itself; more are sent by the pool, while it writes the next batch.
    private const int FewAnswers = 2;

    // A connection's thread is one of few that serve all of them: it may wait for a disk like this, and for no slower one.
    private static readonly TimeSpan QuickFlush = TimeSpan.FromMilliseconds(2);

    private readonly AutoResetEvent _proposed = new(false);
    private readonly Thread _committer;
    private volatile bool _stopping;

    // By the lock.
    private bool _committing;
    private bool _flushesAreQuick;
    private Afterwards? _afterwards;

    // Whoever commits.
    private readonly List<Proposal> _batch = [];
    private Thread? _snapshot;
    private int _sinceSnapshot;
    private int _snapshotAt;

    /// <summary>Runs a short step of the state machine under the lock, and sees to what it proposed.</summary>
    internal void Enter(Action<RequestPipeline> step)
    {
        bool wakes;
        lock (_lock)
        {
            step(Pipeline);
            wakes = Pipeline.HasProposals && !_committing;
        }

        if (wakes)
        {
            _proposed.Set();
        }
    }

    /// <summary>A request of a client; as <see cref="Enter"/>, without an allocation.</summary>
    /// <param name="request">The request.</param>
    /// <param name="alone">
    /// Null when the client has sent more already. Otherwise its connection's own list, for what is to be done after the lock: then
    /// the answer may be sent, and a write committed, on the caller's thread.
    /// </param>
    internal void Submit(ClientRequest request, Afterwards? alone)
    {
        var commits = false;
        bool wakes;
        lock (_lock)
        {
            _afterwards = alone;
            try
            {
                Pipeline.Submit(request);
            }
            finally
            {
                _afterwards = null;
            }

            wakes = Pipeline.HasProposals && !_committing;
            if (wakes && alone is not null && _flushesAreQuick && Pipeline.UnderWayCount == 1 && !_stopping)
            {
                (commits, wakes) = (true, false);
                Take();
            }
        }

        if (wakes)
        {
            _proposed.Set();
        }

        alone?.Run();
        if (commits)
        {
            TryCommitBatch(alone!);
        }
    }

    /// <summary>
    /// Requests of one client that belong together. The log's thread is told of them once, behind the last: so one fsync is enough for
    /// all of them, unless it writes others' proposals just then.
    /// </summary>
    internal void Submit(IReadOnlyList<ClientRequest> requests)
    {
        var wakes = false;
        for (var i = 0; i < requests.Count;)
        {
            lock (_lock)
            {
                for (var end = Math.Min(requests.Count, i + CommitsPerLock); i < end; i++)
                {
                    Pipeline.Submit(requests[i]);
                }

                wakes = Pipeline.HasProposals && !_committing;
            }
        }

        if (wakes)
        {
            _proposed.Set();
        }
    }

    /// <summary>Has a connection's frames sent by the thread that holds the lock now, once it has left it, or by the pool.</summary>
    internal void SendSoon(Outbox outbox)
    {
        if (_afterwards is null || !_afterwards.TryAdd(outbox))
        {
            ThreadPool.UnsafeQueueUserWorkItem(outbox, preferLocal: false);
        }
    }

    /// <summary>The log's thread.</summary>
    private void CommitAsTheyCome()
    {
        var afterwards = new Afterwards();
        while (true)
        {
            bool taken;
            lock (_lock)
            {
                taken = !_committing && Pipeline.HasProposals;
                if (taken)
                {
                    Take();
                }
                else if (_failed.Task.IsCompleted || (_stopping && !_committing))
                {
                    return;
                }
            }

            if (taken)
            {
                TryCommitBatch(afterwards);
            }
            else
            {
                // Whoever commits says so when it is done and there is more.
                _proposed.WaitOne();
            }
        }
    }

    /// <summary>Begins to commit. Only under the lock, and while nobody does.</summary>
    private void Take()
    {
        _committing = true;
        _batch.Clear();
        Pipeline.TakeProposals(_batch);
    }

    private void TryCommitBatch(Afterwards afterwards)
    {
        try
        {
            CommitBatch(afterwards);
        }
        catch (Exception failure)
        {
            // The disk, or a bug of ours. Nothing was answered that is not durable; and from now on nothing can become so: nobody else
            // may begin to commit.
            LogMessages.LogFailed(_logger, _directory.Logs, failure);
            _failed.TrySetException(failure);
            _proposed.Set();
        }

        afterwards.Run();
    }

    private void CommitBatch(Afterwards afterwards)
    {
        var logged = 0;
        foreach (var proposal in _batch)
        {
            if (proposal.Header is { } header)
            {
                _log.Append(header, proposal.Txn);
                logged++;
            }
        }

        var took = TimeSpan.Zero;
        if (logged > 0)
        {
            var begun = _time.GetTimestamp();
            _log.Flush();
            took = _time.GetElapsedTime(begun);
            LogStatistics.CountFlush(logged, took);
        }

        Apply(_batch.Count <= FewAnswers ? afterwards : null);
        TakeSnapshotWhenDue(logged);
        bool wakes;
        lock (_lock)
        {
            _committing = false;
            _flushesAreQuick = logged > 0 ? took < QuickFlush : _flushesAreQuick;
            wakes = Pipeline.HasProposals || _stopping;
        }

        if (wakes && !ReferenceEquals(Thread.CurrentThread, _committer))
        {
            _proposed.Set();
        }
    }

    private void Apply(Afterwards? afterwards)
    {
        for (var i = 0; i < _batch.Count;)
        {
            // Shorter than a batch: reads of others get in between.
            lock (_lock)
            {
                _afterwards = afterwards;
                try
                {
                    for (var end = Math.Min(_batch.Count, i + CommitsPerLock); i < end; i++)
                    {
                        Pipeline.Commit(_batch[i]);
                    }
                }
                finally
                {
                    _afterwards = null;
                }
            }
        }
    }

    private void TakeSnapshotWhenDue(int logged)
    {
        _sinceSnapshot += logged;
        if (_sinceSnapshot >= _snapshotAt && _snapshot is not { IsAlive: true })
        {
            _sinceSnapshot = 0;
            _snapshotAt = NextSnapshotAt();
            _log.Roll();
            _snapshot = new Thread(SnapshotInBackground) { IsBackground = true, Name = "zookeeper-snapshot" };
            _snapshot.Start();
        }
    }

    private void SnapshotInBackground()
    {
        try
        {
            WriteSnapshot();
        }
        catch (Exception failure)
        {
            // Whatever it is: the log is whole, a start takes longer, nothing is lost. The next one is tried after snapCount transactions.
            LogMessages.SnapshotFailed(_logger, _directory.Snapshots, failure);
        }
    }

    /// <summary>Between half of snapCount and all of it, so that the members of an ensemble do not all write at once.</summary>
    private int NextSnapshotAt() => (_logOptions.SnapCount / 2) + Random.Shared.Next(Math.Max(1, _logOptions.SnapCount / 2));
}

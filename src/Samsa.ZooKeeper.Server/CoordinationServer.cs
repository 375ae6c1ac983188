using Microsoft.Extensions.Logging;
using Samsa.ZooKeeper.Server.Files;
using Samsa.ZooKeeper.Server.Persistence;
using Samsa.ZooKeeper.Server.Requests;

namespace Samsa.ZooKeeper.Server;

/// <summary>
/// A standing server without its sockets: the pipeline, its lock, and the two threads around it (the log's and the snapshots').
/// Owns the pipeline and the log. Connections enter from any thread, each time under the lock and shortly; one whose client waits for a
/// single write may commit it itself (the other part of this class). Lifetime:
/// <see cref="Start"/> recovers the directory, <see cref="Dispose"/> commits what was proposed and ends. Fails: when the log cannot be
/// written, nothing can be promised any more: <see cref="Failed"/> ends, and every connection with it.
/// </summary>
internal sealed partial class CoordinationServer : IDisposable
{
    private const int NodesPerLock = 256;

    // Apache ZooKeeper's znode.container.checkIntervalMs.
    private static readonly TimeSpan CleanUpInterval = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();

    // Taken before _lock, and held while files are written: two snapshots of one number would write to one file.
    private readonly Lock _snapshotting = new();
    private readonly IDataFileSystem _files;
    private readonly DataDirectory _directory;
    private readonly LogOptions _logOptions;
    private readonly TransactionLog _log;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly ITimer _expiry;
    private readonly ITimer _cleanUp;
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private CoordinationServer(
        ServerOptions options, LogOptions logOptions, DataDirectory directory, IDataFileSystem files, TimeProvider time, ILogger logger)
    {
        (_directory, _files, _logOptions, _logger, _time, Options) = (directory, files, logOptions, logger, time, options);
        Recovered = directory.Recover(options.ExtendedTypesEnabled);
        Pipeline = new RequestPipeline(Recovered.Tree, Recovered.Sessions, options, time);
        Recovered.Tree.Quotas.SoftLimitPassed = (path, used, limits) => ThreadPool.UnsafeQueueUserWorkItem(
            _ => LogMessages.SoftQuotaPassed(logger, path, used.Count, limits.Count, used.Bytes, limits.Bytes), null);
        _log = new TransactionLog(files, directory.Logs, logOptions);
        _sinceSnapshot = (int)Math.Min(int.MaxValue, Recovered.Replayed);
        _snapshotAt = NextSnapshotAt();
        _committer = new Thread(CommitAsTheyCome) { IsBackground = true, Name = "zookeeper-log" };
        var tick = TimeSpan.FromMilliseconds(options.TickTime);
        _expiry = time.CreateTimer(_ => Enter(pipeline => pipeline.ExpireSessions()), null, tick, tick);
        _cleanUp = time.CreateTimer(_ => Enter(pipeline => pipeline.CleanUpNodes()), null, CleanUpInterval, CleanUpInterval);
    }

    /// <summary>The options it runs with.</summary>
    internal ServerOptions Options { get; }

    /// <summary>What the directory held at the start.</summary>
    internal RecoveredData Recovered { get; }

    /// <summary>The state machine. Only under <see cref="Enter"/>, or where nobody else runs.</summary>
    internal RequestPipeline Pipeline { get; }

    internal DataDirectory Directory => _directory;

    /// <summary>What went to the log and into snapshots.</summary>
    internal LogStatistics LogStatistics { get; } = new();

    /// <summary>Ends with the exception when the log failed.</summary>
    internal Task Failed => _failed.Task;

    /// <summary>Recovers the directory and begins to commit.</summary>
    /// <exception cref="CorruptDataException">The directory lost what was acknowledged.</exception>
    internal static CoordinationServer Start(
        ServerOptions options, LogOptions logOptions, DataDirectory directory, IDataFileSystem files, TimeProvider time, ILogger logger)
    {
        var server = new CoordinationServer(options, logOptions, directory, files, time, logger);

        // A directory with logs and no snapshot is refused (snapshot.trust.empty), so even an empty tree is written once.
        if (server.Recovered.SnapshotZxid < 0)
        {
            server.WriteSnapshot();
        }

        server._committer.Start();
        return server;
    }

    /// <summary>Writes a snapshot of now, after one that is just being written. Returns false when there is one already.</summary>
    internal bool WriteSnapshot()
    {
        lock (_snapshotting)
        {
            return WriteOneSnapshot();
        }
    }

    /// <summary>Deletes what <c>autopurge.snapRetainCount</c> does not keep.</summary>
    internal int Purge() => _directory.Purge();

    /// <summary>Commits what was proposed, and ends. Sessions stay as they are.</summary>
    public void Dispose()
    {
        _expiry.Dispose();
        _cleanUp.Dispose();
        _stopping = true;
        _proposed.Set();
        if (_committer.ThreadState != ThreadState.Unstarted)
        {
            _committer.Join();
        }

        _snapshot?.Join();
        _log.Dispose();
    }

    private bool WriteOneSnapshot()
    {
        var begun = _time.GetTimestamp();
        using var writer = new SnapshotWriter(_files, _directory.Snapshots);
        lock (_lock)
        {
            if (_files.Exists(Path.Combine(_directory.Snapshots, DataFiles.NameOf(DataFiles.Snapshot, Pipeline.Tree.LastProcessedZxid))))
            {
                return false;
            }

            writer.Begin(Pipeline.Tree, Pipeline.Sessions.All);
        }

        bool more;
        do
        {
            lock (_lock)
            {
                more = writer.CopyNodes(NodesPerLock);
            }

            writer.WriteOut();
        }
        while (more);
        writer.Finish();
        LogStatistics.CountSnapshot(_time.GetElapsedTime(begun));
        return true;
    }
}

using Samsa.ZooKeeper.Operations;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Sessions;
using Samsa.ZooKeeper.Transport;
using Samsa.ZooKeeper.Watches;

namespace Samsa.ZooKeeper;

/// <summary>
/// A client of ZooKeeper: one session over one connection at a time, for any server from 3.4 on. Requests are sent in the order of
/// the calls, without waiting for each other, and answered in that order. When the connection is lost, what was not answered fails with
/// <see cref="KeeperError.ConnectionLoss"/> (it may have been done or not), and the client looks for another server within the
/// same session; watches are set again, and tell what they missed. Requests that are made meanwhile wait until all servers failed once.
/// Any thread. Lives until disposed, which ends the session: its ephemeral nodes go.
/// </summary>
public sealed partial class ZooKeeperClient : IAsyncDisposable
{
    private readonly ClientSession _session;
    private readonly bool _renews;

    private ZooKeeperClient(ZooKeeperClientOptions options) =>
        (_session, _renews) = (new ClientSession(options), options.RenewExpiredSession);

    /// <summary>The state of the session.</summary>
    public KeeperState State => _session.State;

    /// <summary>The session's id, 0 before there is one. Another one after an expired session was renewed.</summary>
    public long SessionId => _session.SessionId;

    /// <summary>With the id it lets another client go on with the session.</summary>
    public ReadOnlyMemory<byte> SessionPassword => _session.Password;

    /// <summary>The session's time-out as the server granted it; the one asked for until then.</summary>
    public TimeSpan SessionTimeout => _session.Timeout;

    /// <summary>The newest transaction that an answer has told of.</summary>
    public long LastZxid => _session.LastZxid;

    /// <summary>The server that the client is connected to; null while there is none.</summary>
    public ServerAddress? Server => _session.Server;

    /// <summary>The number of the connection that requests go to, 0 while there is none; no two have the same. See <see cref="TryOnAsync"/>.</summary>
    public long Connection => _session.ConnectionNumber;

    /// <summary>Begins to connect. Requests may be made at once.</summary>
    /// <exception cref="FormatException">The connect string is not valid.</exception>
    public static ZooKeeperClient Start(ZooKeeperClientOptions options) => new(options);

    /// <summary>Begins to connect to <c>host:port,host:port/chroot</c>.</summary>
    /// <exception cref="FormatException">The connect string is not valid.</exception>
    public static ZooKeeperClient Start(string connectString) => new(new ZooKeeperClientOptions { ConnectString = connectString });

    /// <summary>Waits until there is a connection.</summary>
    /// <exception cref="KeeperException">There will be none: the session is over and not renewed, or the client was closed.</exception>
    public async Task WaitConnectedAsync(CancellationToken cancellation = default)
    {
        if (!await _session.Connected.WaitAsync(cancellation).ConfigureAwait(false))
        {
            throw new KeeperException(State == KeeperState.AuthFailed ? KeeperError.AuthFailed : KeeperError.SessionExpired);
        }
    }

    /// <summary>
    /// Runs an operation; a failure is a value. The request has its place in the order when this returns. Cancelling ends the
    /// wait, not the request.
    /// </summary>
    public Task<KeeperResult<T>> TryAsync<T>(Operation<T> operation, CancellationToken cancellation = default)
    {
        var request = new PendingRequest<T>(operation);
        _session.Submit(request);
        return cancellation.CanBeCanceled ? request.Task.WaitAsync(cancellation) : request.Task;
    }

    /// <summary>
    /// Runs an operation, as <see cref="TryAsync"/>, on one connection: when that is over, it fails with
    /// <see cref="KeeperError.ConnectionLoss"/> and is not sent. For what must not be done where something before it was lost.
    /// </summary>
    /// <param name="connection">What <see cref="Connection"/> was.</param>
    /// <param name="operation">The operation.</param>
    public Task<KeeperResult<T>> TryOnAsync<T>(long connection, Operation<T> operation)
    {
        var request = new PendingRequest<T>(operation);
        if (connection == 0)
        {
            request.Fail(KeeperError.ConnectionLoss);
        }
        else
        {
            _session.Submit(request, connection);
        }

        return request.Task;
    }

    /// <summary>Runs an operation, as <see cref="TryAsync"/>.</summary>
    /// <exception cref="KeeperException">It failed.</exception>
    public async Task<T> RunAsync<T>(Operation<T> operation, CancellationToken cancellation = default) =>
        (await TryAsync(operation, cancellation).ConfigureAwait(false)).Value;

    /// <summary>
    /// Runs an operation as often as the connection is lost, until there is an answer: for reads, and for what may be done
    /// twice. A create or delete may so find its own doing: <see cref="KeeperError.NodeExists"/>, <see cref="KeeperError.NoNode"/>.
    /// </summary>
    public async Task<KeeperResult<T>> RetryAsync<T>(Operation<T> operation, CancellationToken cancellation = default)
    {
        while (true)
        {
            var result = await TryAsync(operation, cancellation).ConfigureAwait(false);
            if (result.Error is not (KeeperError.ConnectionLoss or KeeperError.SessionExpired or KeeperError.SessionMoved)
                || !await _session.Connected.WaitAsync(cancellation).ConfigureAwait(false))
            {
                return result;
            }
        }
    }

    /// <summary>Proves an identity, now and on every later connection: <c>digest</c> takes <c>user:password</c>.</summary>
    /// <exception cref="KeeperException">The server does not accept it; the client is of no more use.</exception>
    public async Task AddAuthAsync(string scheme, ReadOnlyMemory<byte> proof, CancellationToken cancellation = default)
    {
        var error = await _session.AddIdentity(scheme, proof).WaitAsync(cancellation).ConfigureAwait(false);
        if (error != KeeperError.Ok)
        {
            throw new KeeperException(error);
        }
    }

    /// <summary>Adds somebody who is told every change of the session's state, over all sessions of this client.</summary>
    public void AddSessionWatcher(INodeWatcher watcher) => _session.Watches.AddSessionWatcher(watcher);

    /// <summary>Takes a watcher of the session's state away.</summary>
    public void RemoveSessionWatcher(INodeWatcher watcher) => _session.Watches.RemoveSessionWatcher(watcher);

    /// <summary>The changes of the session's state from now on, over all sessions of this client.</summary>
    public WatchStream WatchSession()
    {
        var stream = new WatchStream(gone =>
        {
            RemoveSessionWatcher(gone);
            return default;
        }, endsWithSession: !_renews);
        AddSessionWatcher(stream);
        return stream;
    }

    /// <summary>Sets a persistent watch.</summary>
    /// <exception cref="KeeperException">It cannot be set.</exception>
    public async Task<WatchStream> WatchAsync(string path, AddWatchMode mode, CancellationToken cancellation = default)
    {
        var stream = new WatchStream(gone =>
        {
            RemoveWatcher(path, gone);
            return default;
        });
        try
        {
            await RunAsync(Operation.AddWatch(path, mode, stream), cancellation).ConfigureAwait(false);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Reads a node and hears of the first change of its data.</summary>
    /// <exception cref="KeeperException">The read failed; there is no watch then.</exception>
    public Task<Watched<NodeData>> WatchDataAsync(string path, CancellationToken cancellation = default) =>
        WatchOnceAsync(watcher => Operation.GetData(path, watcher), cancellation);

    /// <summary>Asks for a node's state (null where it is not there) and hears of the first change of data or existence.</summary>
    /// <exception cref="KeeperException">The read failed; there is no watch then.</exception>
    public Task<Watched<Stat?>> WatchExistsAsync(string path, CancellationToken cancellation = default) =>
        WatchOnceAsync(watcher => Operation.Exists(path, watcher), cancellation);

    /// <summary>Reads the children of a node and hears of the first change of the list.</summary>
    /// <exception cref="KeeperException">The read failed; there is no watch then.</exception>
    public Task<Watched<NodeChildren>> WatchChildrenAsync(string path, CancellationToken cancellation = default) =>
        WatchOnceAsync(watcher => Operation.GetChildren2(path, watcher), cancellation);

    /// <summary>Ends what one watcher watches at a path.</summary>
    public void RemoveWatcher(string path, INodeWatcher watcher) => _session.RemoveWatcher(path, watcher);

    /// <summary>Removes all watches of the type from a path; their watchers are told.</summary>
    /// <param name="path">The path.</param>
    /// <param name="type">Which watches.</param>
    /// <param name="local">Without a connection they are forgotten here; the server is rid of them with the connection anyway.</param>
    /// <param name="cancellation">Ends the wait, not the request.</param>
    /// <exception cref="KeeperException"><see cref="KeeperError.NoWatcher"/>, or the request failed.</exception>
    public async Task RemoveWatchesAsync(string path, WatcherType type, bool local = false, CancellationToken cancellation = default)
    {
        var serverPath = _session.Chroot.ToServer(path);
        if (!_session.Watches.Contains(serverPath, type))
        {
            throw new KeeperException(KeeperError.NoWatcher, path);
        }

        var result = await TryAsync(Operation.RemoveWatches(path, type), cancellation).ConfigureAwait(false);
        if (!result.IsOk && !(local && result.Error == KeeperError.ConnectionLoss))
        {
            throw new KeeperException(result.Error, path);
        }

        _session.Watches.Remove(serverPath, type, State);
    }

    /// <summary>Ends the client and leaves the session as it is: whoever has its id and password may go on with it.</summary>
    public Task DetachAsync() => _session.EndAsync(closeSession: false);

    /// <summary>Ends the session and the client.</summary>
    public ValueTask DisposeAsync() => _session.DisposeAsync();

    private async Task<Watched<T>> WatchOnceAsync<T>(Func<INodeWatcher, Operation<T>> read, CancellationToken cancellation)
    {
        var watcher = new OneEvent();
        return new(await RunAsync(read(watcher), cancellation).ConfigureAwait(false), watcher.Task);
    }
}

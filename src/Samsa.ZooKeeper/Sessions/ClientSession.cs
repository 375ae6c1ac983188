using Samsa.ZooKeeper.Operations;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Transport;
using Samsa.ZooKeeper.Watches;

namespace Samsa.ZooKeeper.Sessions;

/// <summary>
/// A session over changing connections. Owns its id and password, the connection, the requests that wait for one, and the watches.
/// Any thread enters; one loop connects and reads. Lifetime: until <see cref="EndAsync"/>, or until a server refuses an identity, or
/// the session expires and is not to be renewed. Fails: what was sent and not answered fails with ConnectionLoss; what waits, when
/// all servers failed once more.
/// </summary>
internal sealed partial class ClientSession : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly ZooKeeperClientOptions _options;
    private readonly ServerList _servers;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Queue<PendingRequest> _waiting = new();
    private readonly Dictionary<string, int> _registering = new(StringComparer.Ordinal);
    private readonly List<Identity> _identities = [];
    private readonly Task _running;
    private TaskCompletionSource<bool> _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ServerConnection? _connection;
    private long _connections;
    private KeeperError? _final;
    private long _sessionId;
    private ReadOnlyMemory<byte> _password;
    private long _lastZxid;
    private TimeSpan _timeout;
    private volatile KeeperState _state = KeeperState.Disconnected;

    internal ClientSession(ZooKeeperClientOptions options)
    {
        _options = options;
        var connect = ConnectString.Parse(options.ConnectString);
        _servers = new ServerList(connect.Servers, options.ReconnectBackoff, options.ReconnectBackoffMax, options.Random);
        _time = options.TimeProvider;
        (_sessionId, _password, _timeout) = (options.SessionId, options.SessionPassword, options.SessionTimeout);
        Chroot = new Chroot(connect.Chroot);
        Watches = new WatchRegistry(Chroot, (change, failure) => LogMessages.WatcherFailed(options.Logger, change, failure));
        if (options.SessionWatcher is { } watcher)
        {
            Watches.AddSessionWatcher(watcher);
        }

        _running = Task.Run(RunAsync);
    }

    internal Chroot Chroot { get; }

    internal WatchRegistry Watches { get; }

    internal KeeperState State => _state;

    internal long SessionId => Interlocked.Read(ref _sessionId);

    internal ReadOnlyMemory<byte> Password
    {
        get
        {
            lock (_lock)
            {
                return _password;
            }
        }
    }

    /// <summary>The time-out that the server granted; the one that is asked for until then.</summary>
    internal TimeSpan Timeout
    {
        get
        {
            lock (_lock)
            {
                return _timeout;
            }
        }
    }

    internal long LastZxid => Interlocked.Read(ref _lastZxid);

    internal ServerAddress? Server
    {
        get
        {
            lock (_lock)
            {
                return _connection?.Server;
            }
        }
    }

    /// <summary>The number of the connection of now, 0 while there is none.</summary>
    internal long ConnectionNumber
    {
        get
        {
            lock (_lock)
            {
                return _connection is null ? 0 : _connections;
            }
        }
    }

    /// <summary>Ends with true while there is a connection; with false when there never will be one.</summary>
    internal Task<bool> Connected
    {
        get
        {
            lock (_lock)
            {
                return _connected.Task;
            }
        }
    }

    /// <summary>Sends a request, or lets it wait for a connection. Requests keep the order of the calls.</summary>
    /// <param name="request">The request.</param>
    /// <param name="onlyOn">The number of the connection without which it fails with ConnectionLoss; 0 for any.</param>
    internal void Submit(PendingRequest request, long onlyOn = 0)
    {
        KeeperError? error;
        ServerConnection? alone = null;
        var isOver = false;
        lock (_lock)
        {
            error = _final ?? (onlyOn == 0 || (_connection is not null && onlyOn == _connections) ? null : KeeperError.ConnectionLoss);
            if (error is null)
            {
                if (request.Operation.Watcher is not null)
                {
                    var path = PathOf(request.Operation);
                    _registering[path] = _registering.GetValueOrDefault(path) + 1;
                }

                if (_connection is { } connection && connection.TrySend(request, out var isAlone))
                {
                    alone = isAlone ? connection : null;
                }
                else if (onlyOn == 0)
                {
                    _waiting.Enqueue(request);
                }
                else
                {
                    isOver = true;
                }
            }
        }

        alone?.Flush();
        if (isOver)
        {
            Fail(request, KeeperError.ConnectionLoss);
        }
        else if (error is { } final)
        {
            request.Fail(final);
        }
    }

    /// <summary>Adds something that the client says about itself, now and on every later connection.</summary>
    internal Task<KeeperError> AddIdentity(string scheme, ReadOnlyMemory<byte> proof)
    {
        var identity = new Identity(scheme, proof);
        lock (_lock)
        {
            if (_final is { } final)
            {
                return Task.FromResult(final);
            }

            _identities.Add(identity);
            _connection?.Send(identity);
        }

        return identity.Answered;
    }

    /// <summary>
    /// Ends a watch that one watcher has on a path. The server is told only when nobody else watches the path and nobody is about
    /// to; otherwise it goes on telling what nobody hears, until the next connection.
    /// </summary>
    internal void RemoveWatcher(string path, INodeWatcher watcher)
    {
        var serverPath = Chroot.ToServer(path);
        ServerConnection alone;
        lock (_lock)
        {
            if (!Watches.Remove(serverPath, watcher) || _registering.ContainsKey(serverPath) || _connection is not { } connection
                || !connection.TrySend(new PendingRequest<None>(Operation.RemoveWatches(path, WatcherType.Any)), out var isAlone)
                || !isAlone)
            {
                return;
            }

            alone = connection;
        }

        alone.Flush();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => new(EndAsync(closeSession: true));

    /// <summary>Ends the client.</summary>
    /// <param name="closeSession">The session is ended too; otherwise another client may go on with it.</param>
    internal async Task EndAsync(bool closeSession)
    {
        var close = new PendingRequest<None>(Operation.CloseSession());
        ServerConnection? alone = null;
        lock (_lock)
        {
            var wasFinal = _final is not null;
            _final ??= KeeperError.SessionExpired;
            if (wasFinal || !closeSession || _connection is not { } connection || !connection.TrySend(close, out var isAlone))
            {
                close.Fail(KeeperError.ConnectionLoss);
            }
            else if (isAlone)
            {
                alone = connection;
            }
        }

        // A server that does not answer is given up by the keep-alive.
        alone?.Flush();
        await close.Task.ConfigureAwait(false);

        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
    }

    /// <summary>A request was answered.</summary>
    internal void OnAnswer(PendingRequest request, ReplyHeader header, ReadOnlyMemory<byte> body)
    {
        if (header.Zxid > 0)
        {
            Interlocked.Exchange(ref _lastZxid, header.Zxid);
        }

        var error = (KeeperError)header.Err;
        var operation = request.Operation;
        if (operation.Watcher is { } watcher)
        {
            var path = PathOf(operation);
            if (error == KeeperError.Ok)
            {
                var kind = operation.Registration == WatchRegistration.Exists ? WatchRegistration.Data : operation.Registration;
                Watches.Add(kind, path, watcher);
            }
            else if (error == KeeperError.NoNode && operation.Registration == WatchRegistration.Exists)
            {
                Watches.Add(WatchRegistration.Exists, path, watcher);
            }

            Registered(path);
        }

        request.Answer(error, body, Chroot);
    }

    /// <summary>A request will not be answered.</summary>
    internal void Fail(PendingRequest request, KeeperError error)
    {
        if (request.Operation.Watcher is not null)
        {
            Registered(PathOf(request.Operation));
        }

        request.Fail(error);
    }

    internal void OnEvent(WatcherEvent change) => Watches.Deliver((WatchEventType)change.Type, change.Path);

    internal void OnIdentity(Identity identity, KeeperError error)
    {
        if (error == KeeperError.Ok)
        {
            identity.Answer(error);
            return;
        }

        // Whoever hears of it finds the client at its end already.
        LogMessages.AuthFailed(_options.Logger, identity.Scheme);
        lock (_lock)
        {
            _final ??= KeeperError.AuthFailed;
        }

        identity.Answer(error);
        _stop.Cancel();
    }

    private string PathOf(Operation operation) => operation.Path is { } path ? Chroot.ToServer(path) : "/zookeeper/config";

    private void Registered(string path)
    {
        lock (_lock)
        {
            if (_registering.TryGetValue(path, out var count) && count > 1)
            {
                _registering[path] = count - 1;
            }
            else
            {
                _registering.Remove(path);
            }
        }
    }
}

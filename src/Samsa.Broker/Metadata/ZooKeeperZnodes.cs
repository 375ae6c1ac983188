using Microsoft.Extensions.Logging;
using Samsa.Broker.Metadata.Znodes;
using Samsa.Storage;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Operations;
using Samsa.ZooKeeper.Transport;
using Samsa.ZooKeeper.Watches;

namespace Samsa.Broker.Metadata;

/// <summary>
/// The tree of nodes in an ensemble of ZooKeeper servers.
/// Owns the client, and with it the session. One round is executed at a time; events come from the client's thread.
/// Lives from <see cref="ConnectAsync"/> to its disposal, which ends the session. An expired session is replaced by a new one.
/// Fails: a lost connection loses a round, and so does none.
/// </summary>
internal sealed class ZooKeeperZnodes : IZnodeConnection, INodeWatcher
{
    private readonly ZnodeStoreOptions _options;
    private readonly ZooKeeperClient _client;
    private readonly CancellationTokenSource _ended = new();
    private readonly SessionWatcher _sessionWatcher;
    private IZnodeListener? _listener;
    private LeftSession? _memory;
    private long _remembered;
    private int _disposed;

    private ZooKeeperZnodes(ZnodeStoreOptions options)
    {
        _options = options;
        _client = ZooKeeperClient.Start(ClientOptions(options));
        _sessionWatcher = new SessionWatcher(this);
    }

    /// <summary>Connects; makes the chroot where it is not there.</summary>
    /// <exception cref="TimeoutException">No server could be reached in time.</exception>
    /// <exception cref="FormatException">The connect string is not valid.</exception>
    public static async Task<ZooKeeperZnodes> ConnectAsync(ZnodeStoreOptions options)
    {
        var chroot = ConnectString.Parse(options.ConnectString).Chroot;
        if (chroot.Length > 0)
        {
            await MakeChrootAsync(options, chroot).ConfigureAwait(false);
        }

        var store = new ZooKeeperZnodes(options);
        try
        {
            await ConnectedAsync(store._client, options).ConfigureAwait(false);
            return store;
        }
        catch
        {
            await store.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<FormerSession?> ReplaceLeftSessionAsync(LeftSession memory)
    {
        FormerSession? former = null;
        if (memory.Read(_options.ConnectString) is var (id, password, isOurs))
        {
            former = new FormerSession(id, isOurs);
            if (isOurs)
            {
                await EndAsync(id, password).ConfigureAwait(false);
            }
            else
            {
                _options.Logger.LogWarning(
                    "{Name} was written on another host or under another path: the log directory may be a copy, and session 0x{Session:x} that of a broker which runs; it is left alone",
                    LeftSession.Name,
                    id);
            }
        }

        _memory = memory;
        Remember();
        return former;
    }

    /// <inheritdoc/>
    public void Start(IZnodeListener listener)
    {
        _listener = listener;
        _client.AddSessionWatcher(_sessionWatcher);
        if (_client.State == KeeperState.SyncConnected)
        {
            listener.OnConnected(_client.SessionId);
        }
    }

    /// <inheritdoc/>
    public async Task WaitConnectedAsync()
    {
        try
        {
            await _client.WaitConnectedAsync(_ended.Token).ConfigureAwait(false);
        }
        catch (Exception ended) when (ended is KeeperException or OperationCanceledException)
        {
            // Whoever asks something now is told that it is lost.
        }
    }

    /// <inheritdoc/>
    public async Task ExecuteAsync(ZnodeRound round)
    {
        // All on one connection: what came after a lost one on the next connection would be done without it.
        var connection = _client.Connection;

        // Answers come in the order of the requests: waiting for the oldest is waiting for room.
        var underWay = new Queue<Task<bool>>();
        foreach (var write in round.Writes)
        {
            if (await MayGoOnAsync(underWay, round, connection).ConfigureAwait(false))
            {
                underWay.Enqueue(WriteAsync(write, connection));
            }
        }

        foreach (var read in round.Reads)
        {
            if (await MayGoOnAsync(underWay, round, connection).ConfigureAwait(false))
            {
                underWay.Enqueue(ReadAsync(read, connection));
            }
        }

        while (underWay.TryDequeue(out var last))
        {
            Judge(await last.ConfigureAwait(false), round);
        }
    }

    /// <summary>A watched node changed. Changes of the session come to all watches too; they are heard once, elsewhere.</summary>
    void INodeWatcher.OnEvent(WatchedEvent change)
    {
        if (change is { Type: not WatchEventType.None, Path: { } path })
        {
            _listener?.OnChanged(path);
        }
    }

    /// <summary>Ends the session. A second call does nothing: whoever opens the metadata and whoever made the connection both clean up.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _ended.CancelAsync().ConfigureAwait(false);
        _client.RemoveSessionWatcher(_sessionWatcher);
        var wasConnected = _client.State == KeeperState.SyncConnected;
        await _client.DisposeAsync().ConfigureAwait(false);
        _ended.Dispose();
        if (wasConnected && _memory is { } memory)
        {
            try
            {
                memory.Forget();
            }
            catch (StorageException failed)
            {
                _options.Logger.LogDebug(failed, "The file of a session that is over stays");
            }
        }
    }

    private static ZooKeeperClientOptions ClientOptions(ZnodeStoreOptions options) => new()
    {
        ConnectString = options.ConnectString,
        Connector = options.Connector,
        SessionTimeout = options.SessionTimeout,
        MaxBuffer = options.MaxBuffer,
        TimeProvider = options.Time,
        Logger = options.Logger,
    };

    private static async Task ConnectedAsync(ZooKeeperClient client, ZnodeStoreOptions options)
    {
        using var patience = new CancellationTokenSource(options.ConnectionTimeout, options.Time);
        try
        {
            await client.WaitConnectedAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException(
                $"No ZooKeeper server of zookeeper.connect={options.ConnectString} answered within {options.ConnectionTimeout.TotalMilliseconds} ms (zookeeper.connection.timeout.ms)");
        }
    }

    private static async Task MakeChrootAsync(ZnodeStoreOptions options, string chroot)
    {
        await using var client = ZooKeeperClient.Start(
            ClientOptions(options) with { ConnectString = options.ConnectString[..^chroot.Length] });
        await ConnectedAsync(client, options).ConfigureAwait(false);
        var path = "";
        foreach (var part in chroot[1..].Split('/'))
        {
            path += "/" + part;
            var made = await client.RetryAsync(Operation.Create(path)).ConfigureAwait(false);
            if (made.Error is not (KeeperError.Ok or KeeperError.NodeExists))
            {
                throw new KeeperException(made.Error, path);
            }
        }
    }

    private async Task EndAsync(long session, byte[] password)
    {
        var left = ZooKeeperClient.Start(ClientOptions(_options) with
        {
            SessionId = session,
            SessionPassword = password,
            RenewExpiredSession = false,
        });
        try
        {
            await ConnectedAsync(left, _options).ConfigureAwait(false);
            _options.Logger.LogInformation("Ended session 0x{Session:x}, which the last run of this broker left behind", session);
        }
        catch (Exception over) when (over is KeeperException or TimeoutException)
        {
            _options.Logger.LogDebug(over, "Session 0x{Session:x} of the last run is over already, or cannot be ended", session);
        }

        await left.DisposeAsync().ConfigureAwait(false);
    }

    private static void Judge(bool isLost, ZnodeRound round)
    {
        if (isLost)
        {
            round.IsLost = true;
        }
    }

    private static Operation ToOperation(ZnodeOperation operation) => operation.Kind switch
    {
        ZnodeOperationKind.Check => Operation.CheckVersion(operation.Path, operation.Version),
        ZnodeOperationKind.Set => Operation.SetData(operation.Path, operation.Data, operation.Version),
        ZnodeOperationKind.Delete => Operation.Delete(operation.Path, operation.Version),
        _ => ToCreate(operation),
    };

    private static Operation<CreatedNode> ToCreate(ZnodeOperation operation) => Operation.Create(
        operation.Path,
        operation.Data is { } data ? data : default(ReadOnlyMemory<byte>?),
        operation.Kind switch
        {
            ZnodeOperationKind.CreateEphemeral => CreateMode.Ephemeral,
            ZnodeOperationKind.CreateSequential => CreateMode.PersistentSequential,
            _ => CreateMode.Persistent,
        });

    /// <summary>Waits for room. False once the round is lost.</summary>
    private async Task<bool> MayGoOnAsync(Queue<Task<bool>> underWay, ZnodeRound round, long connection)
    {
        while (underWay.TryPeek(out var oldest) && (oldest.IsCompleted || underWay.Count >= _options.MaxInFlight))
        {
            Judge(await underWay.Dequeue().ConfigureAwait(false), round);
        }

        Judge(connection == 0 || _client.Connection != connection, round);
        return !round.IsLost;
    }

    /// <summary>Returns whether it was lost.</summary>
    private async Task<bool> WriteAsync(ZnodeWrite write, long connection)
    {
        if (write.Operations.Count > 1)
        {
            var multi = await _client.TryOnAsync(connection, Operation.Multi([.. write.Operations.Select(ToOperation)])).ConfigureAwait(false);
            write.Error = multi.IsOk ? multi.Value.Error : multi.Error;
            if (write.IsOk && multi.Value.Parts[^1] is { Stat: { } stat })
            {
                (write.Version, write.Czxid) = (stat.Version, stat.Czxid);
            }

            return ZnodeRound.IsLoss(write.Error);
        }

        var operation = write.Operations[0];
        switch (operation.Kind)
        {
            case ZnodeOperationKind.Set:
                var set = await _client.TryOnAsync(connection, Operation.SetData(operation.Path, operation.Data, operation.Version)).ConfigureAwait(false);
                write.Error = set.Error;
                (write.Version, write.Czxid) = set.IsOk ? (set.Value.Version, set.Value.Czxid) : default;
                break;
            case ZnodeOperationKind.Delete:
                write.Error = (await _client.TryOnAsync(connection, Operation.Delete(operation.Path, operation.Version)).ConfigureAwait(false)).Error;
                break;
            case ZnodeOperationKind.Check:
                throw new ArgumentException("A check alone changes nothing.", nameof(write));
            default:
                var created = await _client.TryOnAsync(connection, ToCreate(operation)).ConfigureAwait(false);
                (write.Error, write.CreatedPath) = (created.Error, created.ValueOrDefault?.Path);
                break;
        }

        return ZnodeRound.IsLoss(write.Error);
    }

    /// <summary>Returns whether it was lost.</summary>
    private async Task<bool> ReadAsync(ZnodeRead read, long connection)
    {
        var watcher = read.Watches ? this : null;
        if (read.WantsChildren)
        {
            var children = await _client.TryOnAsync(connection, Operation.GetChildren(read.Path, watcher)).ConfigureAwait(false);
            (read.Error, read.Children) = (children.Error, children.ValueOrDefault ?? []);
            return ZnodeRound.IsUnread(read.Error);
        }

        var node = await _client.TryOnAsync(connection, Operation.GetData(read.Path, watcher)).ConfigureAwait(false);
        read.Error = node.Error;
        if (node.IsOk)
        {
            var (data, stat) = node.Value;
            (read.Data, read.Version, read.Czxid) = (data, stat.Version, stat.Czxid);
            (read.CreatedAt, read.EphemeralOwner) = (stat.Ctime, stat.EphemeralOwner);
        }
        else if (node.Error == KeeperError.NoNode && watcher != null)
        {
            // A read of data leaves no watch where there is no node.
            var exists = await _client.TryOnAsync(connection, Operation.Exists(read.Path, watcher)).ConfigureAwait(false);
            if (exists is { IsOk: true, ValueOrDefault: not null })
            {
                _listener?.OnChanged(read.Path);
            }
            else if (!exists.IsOk)
            {
                return ZnodeRound.IsUnread(exists.Error);
            }
        }

        return ZnodeRound.IsUnread(read.Error);
    }

    private void OnSession(KeeperState state)
    {
        switch (state)
        {
            case KeeperState.SyncConnected:
                Remember();
                _listener?.OnConnected(_client.SessionId);
                break;
            case KeeperState.AuthFailed:
                _listener?.OnFailed(new KeeperException(KeeperError.AuthFailed));
                break;
            case KeeperState.Closed when Volatile.Read(ref _disposed) == 0:
                // The client ended by itself, and connects no more.
                _listener?.OnFailed(new KeeperException(KeeperError.SystemError));
                break;
        }
    }

    private void Remember()
    {
        var id = _client.SessionId;
        if (_memory is not { } memory || id == 0 || Interlocked.Exchange(ref _remembered, id) == id)
        {
            return;
        }

        try
        {
            memory.Write(_options.ConnectString, id, _client.SessionPassword);
        }
        catch (StorageException failed)
        {
            _options.Logger.LogWarning(failed, "The session cannot be remembered; after a kill the next start waits until it is over");
        }
    }

    private sealed class SessionWatcher(ZooKeeperZnodes store) : INodeWatcher
    {
        public void OnEvent(WatchedEvent change) => store.OnSession(change.State);
    }
}

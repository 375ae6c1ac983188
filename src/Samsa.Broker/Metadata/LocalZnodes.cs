using Microsoft.Extensions.Logging;
using Samsa.Broker.Metadata.Znodes;
using Samsa.Storage;
using Samsa.ZooKeeper.Local;

namespace Samsa.Broker.Metadata;

/// <summary>
/// The tree of nodes in a ZooKeeper server of the same process.
/// Owns the session. One round is executed at a time; events come with the server's lock held. Lives until its disposal, which ends the session.
/// Fails: a session that somebody else took over or ended is replaced by a new one; when the server cannot keep anything any more, the
/// listener is told.
/// </summary>
internal sealed class LocalZnodes : IZnodeConnection, ILocalClient
{
    private const string Servers = "embedded";

    // Whoever took the session over may want to end it: no race with him.
    private static readonly TimeSpan ReopenDelay = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly CoordinationService _service;
    private readonly TimeSpan _timeout;
    private readonly string _directory;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private volatile ILocalSession _session;
    private volatile TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile IZnodeListener? _listener;
    private LeftSession? _memory;
    private bool _disposed;

    /// <summary>Begins a session.</summary>
    /// <param name="service">The server.</param>
    /// <param name="timeout">How long the session outlives the process.</param>
    /// <param name="directory">Where the server keeps its files.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Hears of sessions that come and go.</param>
    public LocalZnodes(CoordinationService service, TimeSpan timeout, string directory, TimeProvider time, ILogger logger)
    {
        (_service, _timeout, _directory, _time, _logger) = (service, timeout, directory, time, logger);
        _session = Open();
        _connected.SetResult();
    }

    /// <inheritdoc/>
    public async Task<FormerSession?> ReplaceLeftSessionAsync(LeftSession memory)
    {
        FormerSession? former = null;
        if (memory.Read(Servers) is var (id, password, _))
        {
            // Nobody else has a session in this tree: where it is a copy, so is the tree.
            former = new FormerSession(id, IsOurs: true);
            if (_service.Server.Open(new Nobody(), _timeout, id, password) is { } left)
            {
                await left.EndAsync().ConfigureAwait(false);
                _logger.LogInformation("Ended session 0x{Session:x}, which the last run of this broker left behind", id);
            }
        }

        lock (_lock)
        {
            _memory = memory;
            Remember();
        }

        return former;
    }

    /// <inheritdoc/>
    public void Start(IZnodeListener listener)
    {
        _listener = listener;
        if (_connected.Task.IsCompleted)
        {
            listener.OnConnected(_session.Id);
        }
    }

    /// <inheritdoc/>
    public Task WaitConnectedAsync() => _connected.Task;

    /// <inheritdoc/>
    public Task ExecuteAsync(ZnodeRound round)
    {
        var connected = _connected.Task;
        return connected.IsCompleted ? LocalRound.Send(_session, round) : ExecuteLaterAsync(connected, round);
    }

    /// <inheritdoc/>
    void ILocalClient.OnEvent(ZooKeeper.WatchEventType type, string path) => _listener?.OnChanged(path);

    /// <inheritdoc/>
    void ILocalClient.OnClosed()
    {
        _connected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = ReopenAsync();
    }

    /// <summary>Ends the session. A second call does nothing: the file may be that of the next life by then.</summary>
    public async ValueTask DisposeAsync()
    {
        ILocalSession session;
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            session = _session;
        }

        await session.EndAsync().ConfigureAwait(false);
        _connected.TrySetResult();
        if (_memory is { } memory && !_service.Server.Failed.IsCompleted)
        {
            try
            {
                memory.Forget();
            }
            catch (StorageException failed)
            {
                _logger.LogDebug(failed, "The file of a session that is over stays");
            }
        }
    }

    private async Task ExecuteLaterAsync(Task connected, ZnodeRound round)
    {
        await connected.ConfigureAwait(false);
        await LocalRound.Send(_session, round).ConfigureAwait(false);
    }

    private ILocalSession Open() =>
        _service.Server.Open(this, _timeout) ?? throw new InvalidOperationException("The server refused a new session.");

    // A new session, and the old one ended if it is still there: the broker registers anew, as after an expiry.
    private async Task ReopenAsync()
    {
        if (!_service.Server.Failed.IsCompleted)
        {
            await Task.Delay(ReopenDelay, _time).ConfigureAwait(false);
        }
        else
        {
            // The caller holds the server's lock.
            await Task.Yield();
        }

        lock (_lock)
        {
            if (_disposed)
            {
                _connected.TrySetResult();
                return;
            }

            if (_service.Server.Failed is { Exception: { InnerException: { } failure } })
            {
                // Told before rounds are lost again, so that nobody tries for ever.
                _listener?.OnFailed(new StorageException(_directory, $"The metadata cannot be written any more: {failure.Message}", failure));
                _connected.TrySetResult();
                return;
            }

            var old = _session;
            _ = _service.Server.Open(new Nobody(), _timeout, old.Id, old.Password)?.EndAsync();
            _session = Open();
            _logger.LogWarning("Session 0x{Old:x} was ended by another client; session 0x{New:x} takes its place", old.Id, _session.Id);
            Remember();
            _connected.TrySetResult();
            _listener?.OnConnected(_session.Id);
        }
    }

    private void Remember()
    {
        try
        {
            _memory?.Write(Servers, _session.Id, _session.Password);
        }
        catch (StorageException failed)
        {
            _logger.LogWarning(failed, "The session cannot be remembered; after a kill the next start waits until it is over");
        }
    }

    /// <summary>Goes on with a session only to end it.</summary>
    private sealed class Nobody : ILocalClient
    {
        public void OnEvent(ZooKeeper.WatchEventType type, string path)
        {
        }

        public void OnClosed()
        {
        }
    }
}

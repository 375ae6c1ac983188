using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Samsa.Broker.Api;
using Samsa.Broker.Metrics;
using Samsa.Broker.Network.Linux;

namespace Samsa.Broker.Network;

/// <summary>
/// The broker's listeners and the connections they accepted.
/// Owns the listening sockets, the connections, the limits and the timers that look for idle and stalled connections and unused memory. One accept loop per listener; the owner starts
/// and stops it. Lives from <see cref="Start"/> to <see cref="DisposeAsync"/>. A listener that cannot be opened fails the start
/// with its name in the message; a connection that fails only ends itself.
/// </summary>
public sealed class SocketServer : IAsyncDisposable
{
    private readonly SocketServerOptions _options;
    private readonly ConnectionServices _services;
    private readonly ConnectionLimits _limits;
    private readonly UnusedMemorySweeper _memorySweeper;
    private readonly DescriptorReserve _descriptors = DescriptorReserve.OfThisProcess();
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<BrokerConnection, Task> _connections = new();
    private readonly List<Socket> _sockets = [];
    private readonly List<Task> _acceptLoops = [];
    private readonly List<BoundListener> _bound = [];
    private readonly CancellationTokenSource _stopAccepting = new();
    private ReadinessLoop? _loop;
    private IdleSweeper? _sweeper;
    private ITimer? _sweepTimer;
    private StalledRequestSweeper? _stalledSweeper;
    private ITimer? _stalledTimer;
    private ITimer? _memoryTimer;
    private long _lastId;
    private int _stopped;

    /// <summary>Creates a server that is not listening yet.</summary>
    public SocketServer(ApiTable table, SocketServerOptions options, BrokerMetrics metrics, ILoggerFactory loggers, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(loggers);
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _time = time;
        _limits = new ConnectionLimits(options, time);
        var frames = new FrameBuffers();
        _memorySweeper = new UnusedMemorySweeper(frames);
        _services = new ConnectionServices(
            table,
            options,
            new RequestMemory(options.QueuedMaxRequestBytes, frames),
            metrics,
            new ConnectionLog(loggers.CreateLogger<SocketServer>(), time),
            time);
    }

    /// <summary>The listeners that are open, in the order of the configuration.</summary>
    public IReadOnlyList<BoundListener> BoundListeners => _bound;

    /// <summary>Bytes of requests that are held now, see <c>queued.max.request.bytes</c>; 0 when there is no bound.</summary>
    public long RequestBytesHeld => _services.Memory.UsedBytes;

    /// <summary>Bytes that requests may still take; as in Kafka the largest number when there is no bound.</summary>
    public long RequestBytesAvailable =>
        _options.QueuedMaxRequestBytes < 0 ? long.MaxValue : _options.QueuedMaxRequestBytes - _services.Memory.UsedBytes;

    /// <summary>Connections that are open now.</summary>
    public int OpenConnections => _connections.Count;

    /// <summary>
    /// Opens every listener without accepting yet, so that the ports are known before anybody is served.
    /// </summary>
    /// <exception cref="IOException">A listener's address cannot be resolved or bound; the message names it.</exception>
    public void Bind()
    {
        foreach (var listener in _options.Listeners)
        {
            var socket = ListenerSocket.Open(listener, _options);
            _sockets.Add(socket);
            _bound.Add(new BoundListener(listener, (IPEndPoint)socket.LocalEndPoint!));
        }
    }

    /// <summary>Starts to accept connections on the bound listeners.</summary>
    public void Start()
    {
        if (_bound.Count == 0)
        {
            Bind();
        }

        _loop = LinuxSocket.IsSupported ? new ReadinessLoop(_options.IoThreads) : null;
        for (var i = 0; i < _sockets.Count; i++)
        {
            _acceptLoops.Add(AcceptAsync(_sockets[i], _bound[i].Name));
        }

        if (_options.ConnectionsMaxIdle > TimeSpan.Zero)
        {
            _sweeper = new IdleSweeper(_options.ConnectionsMaxIdle, _time);
            _sweepTimer = _time.CreateTimer(static state => ((SocketServer)state!).Sweep(), this, _sweeper.Interval, _sweeper.Interval);
        }

        _memoryTimer = _time.CreateTimer(
            static state => ((UnusedMemorySweeper)state!).Sweep(), _memorySweeper, UnusedMemorySweeper.Interval, UnusedMemorySweeper.Interval);
        if (_options.QueuedMaxRequestBytes >= 0)
        {
            _stalledSweeper = new StalledRequestSweeper(_services.Memory, _options.IncompleteRequestGrace, _time);
            _stalledTimer = _time.CreateTimer(
                static state => ((SocketServer)state!).SweepStalled(), this, _stalledSweeper.Interval, _stalledSweeper.Interval);
        }
    }

    /// <summary>
    /// Takes the connection limits and the number of threads of a changed configuration: those keys are dynamic in Kafka. What
    /// else the options hold stays as it was at the start. As in Kafka a lowered <c>max.connections</c> closes the connections
    /// above it, those first that have asked for nothing for the longest time; a lowered limit of an address lets its connections be.
    /// </summary>
    public void ChangeLimits(SocketServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _limits.Change(options);
        _loop?.ChangeThreads(options.IoThreads);
        var open = _connections.Keys.Where(static connection => !connection.IsClosed).OrderBy(static connection => connection.LastRequest).ToList();
        foreach (var connection in open.Take(open.Count - options.MaxConnections))
        {
            _services.Log.Excess(connection.Info);
            connection.Abort();
        }
    }

    /// <summary>
    /// Closes the listeners and stops to read from connections. Requests read before are still answered;
    /// <see cref="StopAsync"/> waits for that.
    /// </summary>
    public void StopReading()
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0)
        {
            return;
        }

        _stopAccepting.Cancel();
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }

        _sweepTimer?.Dispose();
        _stalledTimer?.Dispose();
        _memoryTimer?.Dispose();
        foreach (var connection in _connections.Keys)
        {
            connection.Stop();
        }
    }

    /// <summary>Stops as <see cref="StopReading"/> does, lets the answers leave, and cuts what is left after <paramref name="bound"/>.</summary>
    public async Task StopAsync(TimeSpan bound)
    {
        StopReading();
        await Task.WhenAll(_acceptLoops).ConfigureAwait(false);
        var running = _connections.Values.ToArray();
        try
        {
            await Task.WhenAll(running).WaitAsync(bound, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            var left = _connections.Keys.ToArray();
            _services.Log.CutAtShutdown(left.Length);
            foreach (var connection in left)
            {
                connection.Abort();
            }

            await Task.WhenAll(running).ConfigureAwait(false);
        }
    }

    /// <summary>Stops and cuts every connection that still waits for an answer after one second.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.FromSeconds(1)).ConfigureAwait(false);
        if (_loop is not null)
        {
            await _loop.DisposeAsync().ConfigureAwait(false);
        }

        _stopAccepting.Dispose();
    }

    private async Task AcceptAsync(Socket listener, string name)
    {
        await Task.Yield();
        while (!_stopAccepting.IsCancellationRequested)
        {
            try
            {
                var socket = await listener.AcceptAsync(_stopAccepting.Token).ConfigureAwait(false);
                await AdmitAsync(socket, name).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException || _stopAccepting.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException e)
            {
                // Out of descriptors, or a peer that was gone before it was accepted: neither ends the listener.
                _services.Log.AcceptFailed(
                    name, e.SocketErrorCode == SocketError.TooManyOpenSockets ? "the process may open no more files and connections (ulimit -n)" : e.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(100), _time, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask AdmitAsync(Socket socket, string listenerName)
    {
        IPAddress address;
        try
        {
            if (!_descriptors.Allows(socket))
            {
                _services.Log.Refused(
                    listenerName,
                    socket.RemoteEndPoint,
                    $"of the {_descriptors.Limit} files and connections that this process may have open (ulimit -n), the last {_descriptors.Reserved} are for its logs");
                socket.Dispose();
                return;
            }

            address = ((IPEndPoint)socket.RemoteEndPoint!).Address;
            if (address.IsIPv4MappedToIPv6)
            {
                address = address.MapToIPv4();
            }

            await _limits.WaitForRateAsync(_stopAccepting.Token).ConfigureAwait(false);
            while (true)
            {
                await _limits.WaitForRoomAsync(_stopAccepting.Token).ConfigureAwait(false);
                var verdict = _limits.TryAdd(address, out var limit);
                if (verdict == ConnectionVerdict.Welcome)
                {
                    break;
                }

                if (verdict == ConnectionVerdict.AddressIsFull)
                {
                    _services.Log.Refused(
                        listenerName, socket.RemoteEndPoint, $"the address has {limit} connections already, as many as max.connections.per.ip allows");
                    socket.Dispose();
                    return;
                }
            }
        }
        catch (SocketException)
        {
            // Gone already.
            socket.Dispose();
            return;
        }
        catch (OperationCanceledException)
        {
            socket.Dispose();
            throw;
        }

        BrokerConnection connection;
        try
        {
            socket.NoDelay = true;
            if (_options.SendBufferBytes >= 0)
            {
                socket.SendBufferSize = _options.SendBufferBytes;
            }

            ITransport transport = _loop is null ? new SocketTransport(socket) : new LinuxTransport(socket, _loop);
            connection = new BrokerConnection(transport, listenerName, Interlocked.Increment(ref _lastId), _services);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            _limits.Remove(address);
            socket.Dispose();
            return;
        }

        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _connections[connection] = ServeAsync(connection, address, start.Task);
        start.SetResult();
        if (_stopped != 0)
        {
            connection.Stop();
        }
    }

    private async Task ServeAsync(BrokerConnection connection, IPAddress address, Task start)
    {
        await start.ConfigureAwait(false);
        try
        {
            await connection.RunAsync().ConfigureAwait(false);
        }
        finally
        {
            connection.Dispose();
            _connections.TryRemove(connection, out _);
            _limits.Remove(address);
        }
    }

    private void Sweep()
    {
        foreach (var connection in _sweeper!.Sweep(_connections.Keys))
        {
            connection.Expire();
        }
    }

    private void SweepStalled()
    {
        foreach (var connection in _stalledSweeper!.Sweep(_connections.Keys))
        {
            _services.Log.Stalled(connection.Info);
            connection.Abort();
        }
    }
}

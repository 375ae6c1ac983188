using System.Net;

namespace Samsa.Broker.Network;

/// <summary>
/// <c>max.connections</c>, <c>max.connections.per.ip</c> with its overrides, and <c>max.connection.creation.rate</c>.
/// Owns the counts of open connections; every accept loop enters, any thread releases; lives as long as the server; never fails.
/// </summary>
/// <remarks>As in Kafka (KIP-612) the total and the rate make accepting pause, the limit of an address closes the newcomer.</remarks>
internal sealed class ConnectionLimits(SocketServerOptions initial, TimeProvider time)
{
    private volatile SocketServerOptions _options = initial;
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, int> _perAddress = [];
    private TaskCompletionSource? _roomAgain;
    private int _open;
    private long _nextAccept = long.MinValue;

    /// <summary>Connections that are open now.</summary>
    public int Open
    {
        get
        {
            lock (_gate)
            {
                return _open;
            }
        }
    }

    /// <summary>Waits until <c>max.connections</c> and the creation rate allow one more connection.</summary>
    public async ValueTask WaitForRoomAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task wait;
            lock (_gate)
            {
                if (_open < _options.MaxConnections)
                {
                    break;
                }

                wait = (_roomAgain ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await wait.WaitAsync(cancellation).ConfigureAwait(false);
        }

        var rate = _options.MaxConnectionCreationRate;
        if (rate == int.MaxValue)
        {
            return;
        }

        TimeSpan pause;
        lock (_gate)
        {
            // Up to one second's worth may come in a burst; after that one connection every 1/rate seconds.
            var now = time.GetTimestamp();
            var frequency = time.TimestampFrequency;
            _nextAccept = Math.Max(_nextAccept, now - frequency) + frequency / rate;
            pause = _nextAccept > now ? time.GetElapsedTime(now, _nextAccept) : TimeSpan.Zero;
        }

        if (pause > TimeSpan.Zero)
        {
            await Task.Delay(pause, time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Counts a new connection, unless its address has as many as it may; then says how many those are.</summary>
    public bool TryAdd(IPAddress address, out int limit)
    {
        var options = _options;
        limit = options.MaxConnectionsPerIpOverrides.TryGetValue(address, out var special) ? special : options.MaxConnectionsPerIp;
        lock (_gate)
        {
            var count = _perAddress.GetValueOrDefault(address);
            if (count >= limit)
            {
                return false;
            }

            _perAddress[address] = count + 1;
            _open++;
            return true;
        }
    }

    /// <summary>A counted connection has closed.</summary>
    public void Remove(IPAddress address)
    {
        lock (_gate)
        {
            _open--;
            if (_perAddress[address] == 1)
            {
                _perAddress.Remove(address);
            }
            else
            {
                _perAddress[address]--;
            }

            WakeWaiters();
        }
    }

    /// <summary>Other limits from now on. Connections above a lowered limit stay.</summary>
    public void Change(SocketServerOptions options)
    {
        _options = options;
        lock (_gate)
        {
            WakeWaiters();
        }
    }

    private void WakeWaiters()
    {
        _roomAgain?.TrySetResult();
        _roomAgain = null;
    }
}

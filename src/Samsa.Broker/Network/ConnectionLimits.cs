using System.Net;

namespace Samsa.Broker.Network;

/// <summary>
/// <c>max.connections</c>, <c>max.connections.per.ip</c> with its overrides, and <c>max.connection.creation.rate</c>.
/// Owns the counts of open connections; every accept loop enters, any thread releases; lives as long as the server; never fails.
/// </summary>
/// <remarks>As in Kafka (KIP-612) the total and the rate make accepting pause, the limit of an address closes the newcomer.</remarks>
internal sealed class ConnectionLimits(SocketServerOptions initial, TimeProvider time)
{
    // Kafka takes the rate's average over quota.window.num (11) windows of quota.window.size.seconds (1): after a calm, a burst of
    // 55 connections passes a rate of 5 at once (measured against 4.3).
    private const int BurstSeconds = 11;

    private volatile SocketServerOptions _options = initial;
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, int> _perAddress = [];
    private TaskCompletionSource? _roomAgain;
    private TaskCompletionSource? _changed;
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

    /// <summary>Waits until <c>max.connections</c> allows one more connection.</summary>
    public async ValueTask WaitForRoomAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task wait;
            lock (_gate)
            {
                if (_open < _options.MaxConnections)
                {
                    return;
                }

                wait = (_roomAgain ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await wait.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until <c>max.connection.creation.rate</c> allows one more connection, and counts it.</summary>
    public async ValueTask WaitForRateAsync(CancellationToken cancellation)
    {
        while (true)
        {
            TimeSpan pause;
            Task changed;
            lock (_gate)
            {
                var rate = _options.MaxConnectionCreationRate;
                if (rate == int.MaxValue)
                {
                    return;
                }

                var now = time.GetTimestamp();
                if (rate > 0)
                {
                    // A burst may pass at once, after that one connection every 1/rate seconds.
                    var frequency = time.TimestampFrequency;
                    var earliest = Math.Max(_nextAccept, now - BurstSeconds * frequency);
                    if (earliest + frequency / rate <= now)
                    {
                        _nextAccept = earliest + frequency / rate;
                        return;
                    }

                    pause = time.GetElapsedTime(now, earliest + frequency / rate);
                }
                else
                {
                    pause = Timeout.InfiniteTimeSpan;
                }

                changed = (_changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            using var delayed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            await Task.WhenAny(changed, Task.Delay(pause, time, delayed.Token)).ConfigureAwait(false);
            await delayed.CancelAsync().ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Counts a new connection, unless a limit forbids it.</summary>
    /// <param name="address">Where it comes from.</param>
    /// <param name="limit">How many connections that address may have.</param>
    public ConnectionVerdict TryAdd(IPAddress address, out int limit)
    {
        var options = _options;
        limit = options.MaxConnectionsPerIpOverrides.TryGetValue(address, out var special) ? special : options.MaxConnectionsPerIp;
        lock (_gate)
        {
            if (_open >= options.MaxConnections)
            {
                return ConnectionVerdict.NoRoom;
            }

            var count = _perAddress.GetValueOrDefault(address);
            if (count >= limit)
            {
                return ConnectionVerdict.AddressIsFull;
            }

            _perAddress[address] = count + 1;
            _open++;
            return ConnectionVerdict.Welcome;
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

    /// <summary>Other limits from now on, for those who wait already too. What is open stays.</summary>
    public void Change(SocketServerOptions options)
    {
        lock (_gate)
        {
            _options = options;
            WakeWaiters();
            _changed?.TrySetResult();
            _changed = null;
        }
    }

    private void WakeWaiters()
    {
        _roomAgain?.TrySetResult();
        _roomAgain = null;
    }
}

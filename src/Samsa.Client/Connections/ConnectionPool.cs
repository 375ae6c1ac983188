using Samsa.Client.Configuration;

namespace Samsa.Client.Connections;

/// <summary>
/// The open connections, one per address and purpose.
/// Owns them and a timer that closes idle ones. Entered from any thread. Lives as long as the client; afterwards every call fails
/// with <see cref="ObjectDisposedException"/>. An address that could not be reached is not tried again before its back-off has passed.
/// </summary>
internal sealed class ConnectionPool : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(BrokerAddress, ConnectionPurpose), ConnectionSlot> _slots = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly IConnector _connector;
    private readonly ConnectionOptions _options;
    private readonly Backoff _backoff;
    private readonly TimeSpan _maxIdle;
    private readonly ITimer _idleTimer;
    private bool _disposed;

    public ConnectionPool(IConnector connector, ConnectionOptions options, ClientOptions settings)
    {
        _connector = connector;
        _options = options;
        _backoff = new Backoff(settings.ReconnectBackoff, settings.ReconnectBackoffMax);
        _maxIdle = settings.ConnectionsMaxIdle;
        var period = _maxIdle > TimeSpan.Zero ? _maxIdle / 4 : Timeout.InfiniteTimeSpan;
        _idleTimer = options.Time.CreateTimer(static state => ((ConnectionPool)state!).CloseIdle(), this, period, period);
    }

    /// <summary>
    /// The connection to an address, opened if there is none. Waits out the address's back-off; a failed attempt is not repeated,
    /// that is the caller's to decide.
    /// </summary>
    /// <exception cref="IOException">The broker cannot be reached.</exception>
    /// <exception cref="KafkaException">What answers there is no broker for this client.</exception>
    public async ValueTask<BrokerConnection> GetAsync(BrokerAddress address, ConnectionPurpose purpose, CancellationToken cancellation)
    {
        var slot = SlotOf(address, purpose);
        return slot.Usable ?? await slot.OpenAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>The open connection to an address, or null.</summary>
    public BrokerConnection? Open(BrokerAddress address, ConnectionPurpose purpose) => SlotOf(address, purpose).Usable;

    /// <summary>When the address may be tried again, as a timestamp of the client's clock; 0 for at once.</summary>
    public long NotBefore(BrokerAddress address, ConnectionPurpose purpose) => SlotOf(address, purpose).NotBefore;

    public async ValueTask DisposeAsync()
    {
        ConnectionSlot[] slots;
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            slots = [.. _slots.Values];
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await _idleTimer.DisposeAsync().ConfigureAwait(false);
        foreach (var slot in slots)
        {
            await slot.CloseAsync().ConfigureAwait(false);
        }

        _stopping.Dispose();
    }

    private ConnectionSlot SlotOf(BrokerAddress address, ConnectionPurpose purpose)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(ConnectionPool));
            if (!_slots.TryGetValue((address, purpose), out var slot))
            {
                slot = new ConnectionSlot(_connector, address, _options, _backoff, _stopping.Token);
                _slots.Add((address, purpose), slot);
            }

            return slot;
        }
    }

    private void CloseIdle()
    {
        ConnectionSlot[] slots;
        lock (_gate)
        {
            slots = [.. _slots.Values];
        }

        foreach (var slot in slots)
        {
            slot.CloseIfIdle(_maxIdle);
        }
    }
}

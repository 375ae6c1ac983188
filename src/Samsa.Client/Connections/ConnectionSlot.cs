using Microsoft.Extensions.Logging;

namespace Samsa.Client.Connections;

/// <summary>
/// The place of one connection: opens it when it is asked for, opens the next when it broke, and remembers how often that failed.
/// Owns the connection; entered from any thread; lives with its pool; a failed attempt is given to all who wait for it.
/// </summary>
internal sealed class ConnectionSlot(
    IConnector connector, BrokerAddress address, ConnectionOptions options, Backoff backoff, CancellationToken stopping)
{
    private readonly Lock _gate = new();
    private BrokerConnection? _connection;
    private Task<BrokerConnection>? _opening;
    private int _failures;
    private long _notBefore;

    /// <summary>The connection, when it is open and unbroken.</summary>
    public BrokerConnection? Usable
    {
        get
        {
            lock (_gate)
            {
                return _connection is { Closed.IsCompleted: false } connection ? connection : null;
            }
        }
    }

    /// <summary>When an attempt is allowed again; 0 after a success.</summary>
    public long NotBefore => Volatile.Read(ref _notBefore);

    /// <summary>Opens the connection, or joins an attempt under way. The attempt goes on when a caller stops waiting for it.</summary>
    public Task<BrokerConnection> OpenAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            _opening ??= AttemptAsync();
            return _opening.WaitAsync(cancellation);
        }
    }

    public void CloseIfIdle(TimeSpan maxIdle)
    {
        BrokerConnection? idle = null;
        lock (_gate)
        {
            if (_connection is { InFlight: 0 } connection && options.Time.GetElapsedTime(connection.LastUsed) >= maxIdle)
            {
                idle = connection;
                _connection = null;
            }
        }

        if (idle is not null)
        {
            options.Logger.LogDebug("The idle connection to {Broker} is closed (connections.max.idle.ms)", address);
            _ = idle.DisposeAsync().AsTask();
        }
    }

    /// <summary>Closes what is open, after an attempt under way has ended.</summary>
    public async ValueTask CloseAsync()
    {
        Task<BrokerConnection>? opening;
        lock (_gate)
        {
            opening = _opening;
        }

        if (opening is not null)
        {
            await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        BrokerConnection? connection;
        lock (_gate)
        {
            connection = _connection;
            _connection = null;
        }

        if (connection is not null)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<BrokerConnection> AttemptAsync()
    {
        // The caller holds the lock: nothing below may run inside it.
        await Task.Yield();
        BrokerConnection? broken;
        lock (_gate)
        {
            broken = _connection;
            _connection = null;
        }

        try
        {
            if (broken is not null)
            {
                await broken.DisposeAsync().ConfigureAwait(false);
            }

            var wait = options.Time.GetElapsedTime(options.Time.GetTimestamp(), NotBefore);
            if (NotBefore != 0 && wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, options.Time, stopping).ConfigureAwait(false);
            }

            var connection = await BrokerConnection.OpenAsync(connector, address, options, stopping).ConfigureAwait(false);
            options.Logger.LogDebug("Connected to {Broker}", address);
            lock (_gate)
            {
                _connection = connection;
                _opening = null;
                _failures = 0;
                Volatile.Write(ref _notBefore, 0);
            }

            return connection;
        }
        catch (Exception e)
        {
            lock (_gate)
            {
                _opening = null;
                _failures++;
                var delay = backoff.After(_failures);
                Volatile.Write(ref _notBefore, options.Time.GetTimestamp() + (long)(delay.TotalSeconds * options.Time.TimestampFrequency));
            }

            if (!stopping.IsCancellationRequested)
            {
                options.Logger.LogWarning("No connection to {Broker}: {Reason}", address, (e.InnerException ?? e).Message);
            }

            throw;
        }
    }
}

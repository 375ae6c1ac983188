using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;
using Samsa.ZooKeeper.Server.Administration;

namespace Samsa.ZooKeeper.Server.Network;

/// <summary>Owns the list of connections, and what they share. Any thread.</summary>
internal sealed class ConnectionRegistry
{
    private readonly ConcurrentDictionary<ClientConnection, ClientConnection> _connections = [];
    private readonly CoordinationServer _server;
    private long _refused;
    private volatile bool _isOver;

    internal ConnectionRegistry(CoordinationServer server, ConnectionOptions options, TimeProvider time, ILogger logger, ServerInformation information)
    {
        (_server, Options, Time, Logger) = (server, options, time, logger);
        Trace = new TraceMask(logger);
        Monitor = new MonitorValues(server, this, information);
        Words = new FourLetterWords(server, this, information);
    }

    internal ConnectionOptions Options { get; }

    internal TimeProvider Time { get; }

    internal ILogger Logger { get; }

    internal ServerStatistics Statistics { get; } = new();

    internal FourLetterWords Words { get; }

    internal TraceMask Trace { get; }

    internal MonitorValues Monitor { get; }

    /// <summary>Connections that a limit refused.</summary>
    internal long Refused => Interlocked.Read(ref _refused);

    internal IEnumerable<ClientConnection> All => _connections.Keys;

    internal int Count => _connections.Count;

    internal int CountFrom(IPAddress address)
    {
        var count = 0;
        foreach (var (connection, _) in _connections)
        {
            count += connection.Client.Address.Equals(address) ? 1 : 0;
        }

        return count;
    }

    internal void CountRefused() => Interlocked.Increment(ref _refused);

    /// <summary>Serves a connection until it ends.</summary>
    internal void Serve(Stream stream, IPEndPoint client)
    {
        var connection = new ClientConnection(stream, client, _server, this);
        _connections[connection] = connection;

        // Looked at behind the list, which EndAll looks at behind this.
        if (_isOver)
        {
            connection.End();
        }

        _ = RunAsync(connection);
    }

    /// <summary>Ends all connections, and each that comes from now on.</summary>
    internal void EndAll()
    {
        _isOver = true;
        foreach (var connection in All)
        {
            connection.End();
        }
    }

    private async Task RunAsync(ClientConnection connection)
    {
        try
        {
            await connection.RunAsync().ConfigureAwait(false);
        }
        finally
        {
            _connections.TryRemove(connection, out _);
            Statistics.CountDrop();
        }
    }
}

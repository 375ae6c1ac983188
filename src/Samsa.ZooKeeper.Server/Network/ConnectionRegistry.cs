using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;

namespace Samsa.ZooKeeper.Server.Network;

/// <summary>Owns the list of connections, and what they share. Any thread.</summary>
internal sealed class ConnectionRegistry
{
    private readonly ConcurrentDictionary<ClientConnection, bool> _connections = [];

    internal ConnectionRegistry(CoordinationServer server, ConnectionOptions options, TimeProvider time, ILogger logger, ServerInformation information)
    {
        (Options, Time, Logger) = (options, time, logger);
        Words = new FourLetterWords(server, this, information);
    }

    internal ConnectionOptions Options { get; }

    internal TimeProvider Time { get; }

    internal ILogger Logger { get; }

    internal ServerStatistics Statistics { get; } = new();

    internal FourLetterWords Words { get; }

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

    internal void Add(ClientConnection connection) => _connections[connection] = true;

    internal void Remove(ClientConnection connection) => _connections.TryRemove(connection, out _);
}

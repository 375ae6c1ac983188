using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace Samsa.Server.Http;

/// <summary>
/// Gives Kestrel a socket that listens already, and the first connection that was accepted from it.
/// </summary>
/// <remarks>
/// Owns the connection factory, not the listening socket. Kestrel's accept loop is the only caller. Lives with one Kestrel
/// server. A failed accept of one connection is skipped; a closed socket ends the loop.
/// </remarks>
internal sealed class HandedOverListener : IConnectionListenerFactory, IConnectionListener
{
    private readonly Socket _socket;
    private readonly SocketConnectionContextFactory _connections = new(new SocketConnectionFactoryOptions(), NullLogger.Instance);
    private readonly CancellationTokenSource _unbound = new();
    private Socket? _first;

    public HandedOverListener(Socket socket, Socket first)
    {
        _socket = socket;
        _first = first;
        EndPoint = socket.LocalEndPoint!;
    }

    public EndPoint EndPoint { get; }

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => new(this);

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _first, null) is { } first)
            return Connect(first);
        while (true)
        {
            try
            {
                return Connect(await _socket.AcceptAsync(_unbound.Token));
            }
            catch (SocketException) when (!_unbound.IsCancellationRequested)
            {
                // The client gave up before it was accepted.
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return null;
            }
        }
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default) => await _unbound.CancelAsync();

    public async ValueTask DisposeAsync()
    {
        await _unbound.CancelAsync();
        Interlocked.Exchange(ref _first, null)?.Dispose();
        _connections.Dispose();
        _unbound.Dispose();
    }

    private ConnectionContext Connect(Socket socket)
    {
        socket.NoDelay = true;
        return _connections.Create(socket);
    }
}

using System.Net;
using System.Net.Sockets;

namespace Samsa.ZooKeeper.Server.Network;

/// <summary>
/// Accepts connections within the limits. Owns the listening socket. One accept loop. Ends with <see cref="DisposeAsync"/>.
/// </summary>
internal sealed class ClientListener : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly ConnectionRegistry _registry;
    private readonly Task _accepting;
    private volatile bool _stopping;

    internal ClientListener(IPEndPoint endPoint, ConnectionRegistry registry)
    {
        _registry = registry;
        _socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (endPoint.Address.Equals(IPAddress.IPv6Any))
        {
            _socket.DualMode = true;
        }

        _socket.Bind(endPoint);
        _socket.Listen();
        EndPoint = (IPEndPoint)_socket.LocalEndPoint!;
        _accepting = AcceptAsync();
    }

    /// <summary>The address with the port that was given.</summary>
    internal IPEndPoint EndPoint { get; }

    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        _socket.Dispose();
        await _accepting.ConfigureAwait(false);
    }

    private async Task AcceptAsync()
    {
        while (!_stopping)
        {
            Socket accepted;
            try
            {
                accepted = await _socket.AcceptAsync().ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
            {
                if (_stopping)
                {
                    return;
                }

                // Out of descriptors, or the peer was gone before it was accepted: others can still come.
                LogMessages.ConnectionRefused(_registry.Logger, null, failure.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(50), _registry.Time).ConfigureAwait(false);
                continue;
            }

            Admit(accepted);
        }
    }

    private void Admit(Socket accepted)
    {
        try
        {
            accepted.NoDelay = true;
            var client = (IPEndPoint)accepted.RemoteEndPoint!;
            var options = _registry.Options;
            if ((options.MaxClientConnections > 0 && _registry.CountFrom(client.Address) >= options.MaxClientConnections)
                || (options.MaxConnections > 0 && _registry.Count >= options.MaxConnections))
            {
                LogMessages.ConnectionRefused(_registry.Logger, client, "maxClientCnxns or maxCnxns is reached");
                _registry.CountRefused();
                accepted.Dispose();
                return;
            }

            _registry.Serve(new NetworkStream(accepted, ownsSocket: true), client);
        }
        catch (SocketException failure)
        {
            LogMessages.ConnectionRefused(_registry.Logger, null, failure.Message);
            accepted.Dispose();
        }
    }
}

using System.Net;
using System.Net.Sockets;
using Samsa.Broker.Configuration;

namespace Samsa.Broker.Network;

/// <summary>Opens the listening socket of a listener.</summary>
internal static class ListenerSocket
{
    /// <summary>Resolves, binds and listens.</summary>
    /// <exception cref="IOException">The address cannot be resolved or bound; the message names the listener.</exception>
    public static Socket Open(ListenerEndpoint listener, SocketServerOptions options)
    {
        var address = Resolve(listener);
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            // Accepted sockets inherit it; the window scale is settled at the handshake, so it cannot come later.
            if (options.ReceiveBufferBytes >= 0)
            {
                socket.ReceiveBufferSize = options.ReceiveBufferBytes;
            }

            // The runtime sets SO_REUSEADDR for TCP on Unix, so a restart need not wait for TIME_WAIT; asking for it here would
            // set SO_REUSEPORT as well and let two brokers share a port unnoticed.
            socket.Bind(new IPEndPoint(address, listener.Port));
            socket.Listen(options.ListenBacklog);
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new IOException($"Listener {listener.Name} cannot listen on {listener.Host}:{listener.Port}: {e.Message}.", e);
        }
    }

    private static IPAddress Resolve(ListenerEndpoint listener)
    {
        if (listener.Host.Length == 0)
        {
            return Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;
        }

        if (IPAddress.TryParse(listener.Host, out var literal))
        {
            return literal;
        }

        try
        {
            var addresses = Dns.GetHostAddresses(listener.Host);
            return Array.Find(addresses, a => a.AddressFamily == AddressFamily.InterNetwork) ?? addresses[0];
        }
        catch (Exception e) when (e is SocketException or IndexOutOfRangeException)
        {
            throw new IOException($"Listener {listener.Name}: the host '{listener.Host}' cannot be resolved.", e);
        }
    }
}

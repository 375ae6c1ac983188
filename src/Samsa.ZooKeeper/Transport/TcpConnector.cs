using System.Net;
using System.Net.Sockets;

namespace Samsa.ZooKeeper.Transport;

/// <summary>Connects over TCP. A name may have several addresses: each is tried in turn. Stateless; any thread.</summary>
public sealed class TcpConnector : IConnector
{
    /// <summary>The one that everybody uses.</summary>
    public static TcpConnector Instance { get; } = new();

    /// <inheritdoc/>
    public async ValueTask<Stream> ConnectAsync(ServerAddress server, CancellationToken cancellation)
    {
        IPAddress[] candidates;
        try
        {
            candidates = IPAddress.TryParse(server.Host, out var literal)
                ? [literal]
                : await Dns.GetHostAddressesAsync(server.Host, cancellation).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            throw new IOException($"The name of {server} cannot be resolved: {e.Message}", e);
        }

        SocketException? last = null;
        foreach (var candidate in candidates)
        {
            Socket? socket = null;
            try
            {
                // Fails by itself where the process has no file descriptor left, or the machine not that address family.
                socket = new Socket(candidate.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(new IPEndPoint(candidate, server.Port), cancellation).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException e)
            {
                socket?.Dispose();
                last = e;
            }
            catch
            {
                socket?.Dispose();
                throw;
            }
        }

        throw new IOException($"{server} cannot be reached: {last?.Message ?? "the name has no address"}", last);
    }
}

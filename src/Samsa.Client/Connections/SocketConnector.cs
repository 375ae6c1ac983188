using System.Net;
using System.Net.Sockets;
using Samsa.Client.Configuration;

namespace Samsa.Client.Connections;

/// <summary>
/// Connects over TCP. A name may have several addresses: each is tried in turn (<c>client.dns.lookup=use_all_dns_ips</c>, KIP-602), and
/// has <c>socket.connection.setup.timeout.ms</c> to answer. Stateless; entered from any thread.
/// </summary>
internal sealed class SocketConnector(ClientOptions options) : IConnector
{
    private readonly TimeSpan _timeout = options.ConnectionSetupTimeout;
    private readonly int _sendBuffer = options.SendBufferBytes;
    private readonly int _receiveBuffer = options.ReceiveBufferBytes;
    private readonly TimeProvider _time = options.TimeProvider;

    public async ValueTask<IConnectionTransport> ConnectAsync(BrokerAddress address, CancellationToken cancellation)
    {
        IPAddress[] candidates;
        try
        {
            candidates = IPAddress.TryParse(address.Host, out var literal)
                ? [literal]
                : await Dns.GetHostAddressesAsync(address.Host, cancellation).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            throw new IOException($"The name of broker {address} cannot be resolved: {e.Message}", e);
        }

        Exception? last = null;
        foreach (var candidate in candidates)
        {
            try
            {
                return await ConnectAsync(new IPEndPoint(candidate, address.Port), cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or TimeoutException)
            {
                last = e;
            }
        }

        throw new IOException($"Connection to {address} could not be established: {last?.Message ?? "the name has no address"}", last);
    }

    private async ValueTask<IConnectionTransport> ConnectAsync(IPEndPoint endPoint, CancellationToken cancellation)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (_sendBuffer > 0)
            {
                socket.SendBufferSize = _sendBuffer;
            }

            if (_receiveBuffer > 0)
            {
                socket.ReceiveBufferSize = _receiveBuffer;
            }

            using var timeout = new CancellationTokenSource(_timeout, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
            try
            {
                await socket.ConnectAsync(endPoint, either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw new TimeoutException($"no answer within {_timeout.TotalMilliseconds} ms");
            }

            var transport = new SocketConnectionTransport(socket);
            socket = null;
            return transport;
        }
        finally
        {
            socket?.Dispose();
        }
    }
}

using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Samsa.Server.Http;

/// <summary>
/// The HTTP port. It is bound at once, so that a port in use is known before the broker starts; Kestrel behind it starts with
/// the first connection, so that a broker that nobody scrapes pays neither its memory nor its start (decision 0009).
/// </summary>
/// <remarks>
/// Owns the listening socket and the Kestrel server. One loop accepts; requests run on pool threads. Lives from
/// <see cref="Bind"/> to <see cref="DisposeAsync"/>. Fails at bind with a <see cref="SocketException"/>; later faults end one
/// connection, or are logged.
/// </remarks>
internal sealed class HttpEndpoint : IAsyncDisposable
{
    private const int Backlog = 128;
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);

    private readonly Socket _socket;
    private readonly IHttpApplication<HttpContext> _application;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _serving;

    private HttpEndpoint(Socket socket, IHttpApplication<HttpContext> application, ILoggerFactory loggerFactory)
    {
        _socket = socket;
        _application = application;
        _logger = loggerFactory.CreateLogger("Samsa.Server.Http");
        EndPoint = (IPEndPoint)socket.LocalEndPoint!;
        _serving = ServeAsync();
    }

    /// <summary>The address that was bound, with the real port.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Binds the port and serves it.</summary>
    /// <param name="address">The address of the interface, or <see cref="IPAddress.IPv6Any"/> for all.</param>
    /// <param name="port">The port; 0 for a free one.</param>
    /// <param name="application">Answers the requests.</param>
    /// <param name="loggerFactory">Receives what goes wrong.</param>
    /// <exception cref="SocketException">The address cannot be bound.</exception>
    public static HttpEndpoint Bind(IPAddress address, int port, IHttpApplication<HttpContext> application, ILoggerFactory loggerFactory)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.Equals(IPAddress.IPv6Any))
                socket.DualMode = true;
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(Backlog);
            return new HttpEndpoint(socket, application, loggerFactory);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _serving;
        _socket.Dispose();
        _stopping.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            Socket first = await _socket.AcceptAsync(_stopping.Token);
            using KestrelServer kestrel = CreateKestrel(new HandedOverListener(_socket, first));
            await kestrel.StartAsync(_application, _stopping.Token);
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _stopping.Token);
            }
            catch (OperationCanceledException)
            {
                // Stopping: let requests that run finish for a moment.
            }

            using var deadline = new CancellationTokenSource(StopTimeout);
            await kestrel.StopAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            // Stopped before the first connection.
        }
#pragma warning disable CA1031 // The broker must not fall with its metrics page.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _logger.LogError(e, "The HTTP port {EndPoint} stopped serving", EndPoint);
        }
    }

    private KestrelServer CreateKestrel(HandedOverListener listener)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxRequestBodySize = 0;
        options.Listen(EndPoint, static o => o.Protocols = HttpProtocols.Http1);
        // Kestrel's own messages (one per bad request) are of no interest here.
        return new KestrelServer(Options.Create(options), listener, NullLoggerFactory.Instance);
    }
}

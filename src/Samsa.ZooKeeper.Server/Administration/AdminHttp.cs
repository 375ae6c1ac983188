using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Samsa.ZooKeeper.Server.Administration;

/// <summary>
/// Answers GET requests over HTTP/1.1, one per connection: what operators and Prometheus ask now and then, without a web server in
/// memory. Owns the listening socket. Few connections at a time; each must have said what it wants within five seconds. Any answer is
/// made by the function that it was given, on a thread of the pool. Ends with <see cref="DisposeAsync"/>.
/// </summary>
internal sealed class AdminHttp : IAsyncDisposable
{
    private const int LongestRequest = 8 * 1024;
    private const int MostConnections = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Socket _socket;
    private readonly Func<string, AdminAnswer?> _answer;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _room = new(MostConnections);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    /// <summary>Listens.</summary>
    /// <param name="endPoint">Where; port 0 for any.</param>
    /// <param name="answer">The answer to a path; null where there is none.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where failures go.</param>
    /// <exception cref="SocketException">The port cannot be had.</exception>
    internal AdminHttp(IPEndPoint endPoint, Func<string, AdminAnswer?> answer, TimeProvider time, ILogger logger)
    {
        (_answer, _time, _logger) = (answer, time, logger);
        _socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endPoint.Address.Equals(IPAddress.IPv6Any))
            {
                _socket.DualMode = true;
            }

            _socket.Bind(endPoint);
            _socket.Listen();
        }
        catch
        {
            _socket.Dispose();
            throw;
        }

        EndPoint = (IPEndPoint)_socket.LocalEndPoint!;
        _accepting = AcceptAsync();
    }

    /// <summary>The address with the port that was given.</summary>
    internal IPEndPoint EndPoint { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _socket.Dispose();
        await _accepting.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await _room.WaitAsync(_stop.Token).ConfigureAwait(false);
                var accepted = await _socket.AcceptAsync(_stop.Token).ConfigureAwait(false);
                _ = ServeAsync(accepted);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
            {
                if (_stop.IsCancellationRequested)
                {
                    return;
                }

                _room.Release();
                LogMessages.ConnectionRefused(_logger, null, failure.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(50), _time).ConfigureAwait(false);
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            using var stream = new NetworkStream(socket, ownsSocket: true);
            using var patience = new CancellationTokenSource(Patience, _time);
            var target = await ReadTargetAsync(stream, patience.Token).ConfigureAwait(false);
            var answer = target is null
                ? new AdminAnswer(400, "text/plain; charset=utf-8", "Only GET requests are answered.\n")
                : _answer(target) ?? new AdminAnswer(404, "text/plain; charset=utf-8", "There is nothing here; see /commands.\n");
            await stream.WriteAsync(Encode(answer), patience.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            LogMessages.ConnectionEnded(_logger, "HTTP", failure.Message);
        }
        finally
        {
            _room.Release();
        }
    }

    /// <summary>The path of a GET request without its query; null for anything else.</summary>
    private static async Task<string?> ReadTargetAsync(NetworkStream stream, CancellationToken cancellation)
    {
        var buffer = new byte[LongestRequest];
        var filled = 0;

        // To the end of the headers, so that no answer meets unread bytes, which would reset the connection.
        while (buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8) < 0)
        {
            var read = filled == buffer.Length ? 0 : await stream.ReadAsync(buffer.AsMemory(filled), cancellation).ConfigureAwait(false);
            if (read == 0)
            {
                return null;
            }

            filled += read;
        }

        var line = Encoding.ASCII.GetString(buffer, 0, buffer.AsSpan(0, filled).IndexOf("\r\n"u8));
        return line.Split(' ') is ["GET", var target, _] ? target.Split('?')[0] : null;
    }

    private static byte[] Encode(AdminAnswer answer)
    {
        var body = Encoding.UTF8.GetBytes(answer.Body);
        var reason = answer.Status switch
        {
            200 => "OK",
            400 => "Bad Request",
            _ => "Not Found",
        };
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {answer.Status} {reason}\r\nContent-Type: {answer.ContentType}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n");
        return [.. Encoding.ASCII.GetBytes(head), .. body];
    }
}

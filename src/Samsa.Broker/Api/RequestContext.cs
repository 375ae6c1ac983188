using System.Net;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Api;

/// <summary>One request on its way through a handler.</summary>
/// <remarks>
/// Byte fields and records of the request point into the connection's frame buffer. They are valid until the handler's task
/// has completed and its answer is encoded, or until <see cref="ReleaseRequestBytes"/> if the handler calls it earlier.
/// </remarks>
public sealed class RequestContext
{
    private IDisposable? _requestBytes;

    /// <summary>Creates the context of a request whose bytes are owned by <paramref name="requestBytes"/>.</summary>
    public RequestContext(ConnectionInfo connection, RequestHeader header, IDisposable? requestBytes = null)
    {
        Connection = connection;
        Header = header;
        AnswerVersion = header.RequestApiVersion;
        _requestBytes = requestBytes;
    }

    /// <summary>The connection on which the request came.</summary>
    public ConnectionInfo Connection { get; }

    /// <summary>The request's header as sent.</summary>
    public RequestHeader Header { get; }

    /// <summary>Which API is asked for.</summary>
    public ApiKey ApiKey => (ApiKey)Header.RequestApiKey;

    /// <summary>The version of the request.</summary>
    public short ApiVersion => Header.RequestApiVersion;

    /// <summary>The version of the answer: that of the request, except for an ApiVersions request newer than the broker.</summary>
    public short AnswerVersion { get; init; }

    /// <summary>The client id, null when the client sent none.</summary>
    public string? ClientId => Header.ClientId;

    /// <summary>The listener that accepted the connection: metadata answers name the endpoints of the same listener.</summary>
    public string ListenerName => Connection.ListenerName;

    /// <summary>The peer, when there is a socket.</summary>
    public EndPoint? RemoteEndPoint => Connection.RemoteEndPoint;

    /// <summary>Cancelled when the connection closes: a handler that waits (long poll, acks=all) gives up its wait then.</summary>
    public CancellationToken ConnectionClosed => Connection.Closed;

    /// <summary>Set by the fetch handler when another broker asks, for the metrics.</summary>
    public bool IsFromFollower { get; set; }

    /// <summary>The number of bytes of the request, its 4-byte length not counted.</summary>
    public int RequestBytes { get; init; }

    /// <summary><see cref="TimeProvider.GetTimestamp"/> at the moment the request was complete.</summary>
    public long ReceivedTimestamp { get; init; }

    /// <summary>
    /// Gives the request's frame back to the pool before the handler ends. Worth calling by a handler that has consumed its
    /// input and is about to wait long. No byte or records field of the request may be touched afterwards.
    /// </summary>
    public void ReleaseRequestBytes() => Interlocked.Exchange(ref _requestBytes, null)?.Dispose();
}

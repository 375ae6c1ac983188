using System.Net;

namespace Samsa.Broker.Api;

/// <summary>
/// What handlers know and remember about one client connection.
/// Owned by the connection; handlers of that connection read and write it on the read loop (the ordered part of a handler);
/// lives from accept to close; never fails.
/// </summary>
public sealed class ConnectionInfo
{
    /// <summary>A number unique among the connections of this process, in the order of accept.</summary>
    public required long Id { get; init; }

    /// <summary>The name of the listener that accepted the connection, for instance <c>PLAINTEXT</c>.</summary>
    public required string ListenerName { get; init; }

    /// <summary>This side of the connection, when there is a socket.</summary>
    public EndPoint? LocalEndPoint { get; init; }

    /// <summary>The peer's side of the connection, when there is a socket.</summary>
    public EndPoint? RemoteEndPoint { get; init; }

    /// <summary>Cancelled when the connection closes, for whatever reason: whoever waits on behalf of it can stop.</summary>
    public CancellationToken Closed { get; init; }

    /// <summary>The client library's name, as given by ApiVersions v3 and newer (KIP-511); null until then.</summary>
    public string? ClientSoftwareName { get; set; }

    /// <summary>The client library's version, as given by ApiVersions v3 and newer (KIP-511); null until then.</summary>
    public string? ClientSoftwareVersion { get; set; }

    /// <inheritdoc/>
    public override string ToString() => $"connection {Id} of {RemoteEndPoint?.ToString() ?? "(unknown)"} on {ListenerName}";
}

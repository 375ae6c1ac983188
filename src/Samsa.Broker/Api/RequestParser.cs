using System.Buffers.Binary;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;

namespace Samsa.Broker.Api;

/// <summary>Turns the bytes of a frame into a request for one of the table's handlers.</summary>
public static class RequestParser
{
    // Key, version and correlation id: the part of the header that every version has.
    private const int FixedHeaderBytes = 8;

    /// <summary>Decodes header and body. Bytes beyond a complete body are ignored, as Kafka does.</summary>
    /// <param name="table">What is served.</param>
    /// <param name="connection">Where the request came from.</param>
    /// <param name="frame">The frame without its length.</param>
    /// <param name="owner">Disposed when the request's bytes are no longer needed.</param>
    /// <param name="receivedTimestamp">When the frame was complete.</param>
    /// <exception cref="ProtocolViolationException">
    /// The API or version is not served (ApiVersions excepted, see <see cref="ParsedRequest.InvokeAsync"/>), or
    /// the bytes are no such request.
    /// </exception>
    public static ParsedRequest Parse(
        ApiTable table, ConnectionInfo connection, ReadOnlyMemory<byte> frame, IDisposable? owner, long receivedTimestamp)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (frame.Length < FixedHeaderBytes)
        {
            throw new ProtocolViolationException($"a request of {frame.Length} bytes is shorter than its header");
        }

        var key = BinaryPrimitives.ReadInt16BigEndian(frame.Span);
        var version = BinaryPrimitives.ReadInt16BigEndian(frame.Span[2..]);
        var entry = table.Find(key) ?? throw new ProtocolViolationException($"API key {key} is not served");
        var served = entry.Serves(version);
        if (!served && entry.Key != ApiKey.ApiVersions)
        {
            throw new ProtocolViolationException(
                $"{entry.Key} v{version} is not served; v{entry.MinVersion} to v{entry.MaxVersion} are");
        }

        var reader = new WireReader(frame);
        var header = new RequestHeader();
        header.Read(ref reader, MessageRegistry.RequestHeaderVersion(entry.Key, version));
        var context = new RequestContext(connection, header, owner)
        {
            RequestBytes = frame.Length,
            ReceivedTimestamp = receivedTimestamp,
            AnswerVersion = served ? version : (short)0,
        };
        return served
            ? new ParsedRequest(entry, context, entry.Decode(ref reader, version))
            : new ParsedRequest(entry, context, request: null);
    }
}

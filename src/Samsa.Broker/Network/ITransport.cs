using System.Net;
using Samsa.Protocol.Wire;

namespace Samsa.Broker.Network;

/// <summary>
/// The byte stream under a connection: a socket, or in tests a pair of queues. One receive and one send may be under way at
/// a time; <see cref="StopReceiving"/> and <see cref="IDisposable.Dispose"/> may come from any thread at any time and end
/// them. Every failure is an <see cref="IOException"/> or a <see cref="System.Net.Sockets.SocketException"/>.
/// </summary>
internal interface ITransport : IDisposable
{
    /// <summary>This side's address.</summary>
    EndPoint? LocalEndPoint { get; }

    /// <summary>The peer's address.</summary>
    EndPoint? RemoteEndPoint { get; }

    /// <summary>Bytes received and sent so far; readable from any thread, it shows whether the connection makes progress.</summary>
    long BytesMoved { get; }

    /// <summary>
    /// Waits, without a buffer, until there is probably something to receive: bytes, or the end of the stream. May complete early.
    /// </summary>
    ValueTask WaitForBytesAsync();

    /// <summary>Receives at least one byte; 0 when the peer (or <see cref="StopReceiving"/>) has ended the stream.</summary>
    ValueTask<int> ReceiveAsync(Memory<byte> buffer);

    /// <summary>Sends all bytes.</summary>
    /// <param name="bytes">What to send.</param>
    /// <param name="moreFollows">A region follows at once: the bytes may wait to share its first packet.</param>
    ValueTask SendAsync(ReadOnlyMemory<byte> bytes, bool moreFollows);

    /// <summary>Sends all bytes of a region, copying as little as the transport can.</summary>
    ValueTask SendAsync(IRecordRegion region);

    /// <summary>Ends the receiving side: a receive under way or to come returns 0. Sending goes on.</summary>
    void StopReceiving();
}

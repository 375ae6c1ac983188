using System.Buffers.Binary;
using Microsoft.Extensions.Logging;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;

namespace Samsa.Client.Connections;

/// <content>The read loop: answers in the order of their requests, and what ends the connection.</content>
internal sealed partial class BrokerConnection
{
    private async Task ReadAsync()
    {
        var reader = new ResponseReader(_transport, _options.MaxResponseBytes);
        try
        {
            while (true)
            {
                var length = await reader.ReadLengthAsync().ConfigureAwait(false);
                if (length < 0)
                {
                    Close(new KafkaException(ErrorCode.NetworkException, $"Broker {Address} closed the connection."));
                    return;
                }

                PendingRequest? pending;
                lock (_gate)
                {
                    if (_failure is not null)
                    {
                        // Whoever waited for this answer has been told already.
                        return;
                    }

                    _inFlight.TryPeek(out pending);
                }

                if (pending is null)
                {
                    throw new ProtocolViolationException("an answer came that nobody asked for");
                }

                var frame = new ResponseFrame(length, pending.RentsMemory);
                try
                {
                    if (!await reader.ReadAsync(frame).ConfigureAwait(false))
                    {
                        Close(new KafkaException(ErrorCode.NetworkException, $"Broker {Address} closed the connection in the middle of an answer."));
                        return;
                    }

                    Answer(pending, frame);
                }
                finally
                {
                    if (!frame.IsKept)
                    {
                        frame.Release();
                    }
                }
            }
        }
        catch (IOException e)
        {
            Close(new KafkaException(ErrorCode.NetworkException, $"The connection to {Address} broke: {e.Message}", e));
        }
        catch (Exception e) when (e is ProtocolViolationException or UnsupportedVersionException)
        {
            _options.Logger.LogError("Broker {Broker} broke the protocol, its connection is closed: {Reason}", Address, e.Message);
            Close(new KafkaException(ErrorCode.NetworkException, $"Broker {Address} broke the protocol: {e.Message}", e));
        }
        catch (Exception e)
        {
            CloseByFault(e);
        }
    }

    // A bug of ours: whoever waits here must hear of it now, and not by a time-out that blames the broker.
    private void CloseByFault(Exception fault)
    {
        _options.Logger.LogError(fault, "The connection to {Broker} failed by a fault of the client", Address);
        Close(new KafkaException(
            ErrorCode.UnknownServerError, $"The connection to {Address} failed by a fault of the client: {fault.Message}", fault));
    }

    private void Answer(PendingRequest pending, ResponseFrame frame)
    {
        var reader = new WireReader(frame.Memory);
        var header = new ResponseHeader();
        header.Read(ref reader, MessageRegistry.ResponseHeaderVersion(pending.Key, pending.Version));
        if (header.CorrelationId != pending.CorrelationId)
        {
            throw new ProtocolViolationException(
                $"the answer has correlation id {header.CorrelationId}, the oldest request in flight {pending.CorrelationId}");
        }

        pending.Complete(ref reader, AnswerVersion(pending, frame.Memory.Span[reader.Position..]), frame);
        Volatile.Write(ref _lastUsed, _options.Time.GetTimestamp());
        lock (_gate)
        {
            // Empty when the connection was closed meanwhile.
            if (_inFlight.TryDequeue(out _) && _inFlight.TryPeek(out var next))
            {
                Arm(next.Deadline);
            }
        }
    }

    // An ApiVersions request that is too new for the broker is answered in version 0, whatever was asked (KIP-511).
    private static short AnswerVersion(PendingRequest pending, ReadOnlySpan<byte> body) =>
        pending.Key == ApiKey.ApiVersions
        && BinaryPrimitives.TryReadInt16BigEndian(body, out var error)
        && error == (short)ErrorCode.UnsupportedVersion
            ? (short)0
            : pending.Version;
}

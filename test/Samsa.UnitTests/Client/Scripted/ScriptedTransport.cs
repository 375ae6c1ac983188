using System.Buffers.Binary;
using System.IO.Pipelines;
using Samsa.Client.Connections;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;

namespace Samsa.UnitTests.Client.Scripted;

/// <summary>One connection to a scripted broker: decodes what the client sends, and pipes back what the script answers.</summary>
internal sealed class ScriptedTransport(ScriptedCluster cluster, BrokerAddress address) : IConnectionTransport
{
    private readonly Pipe _answers = new();
    private readonly MemoryStream _sent = new();
    private readonly Lock _gate = new();
    private Task _answering = Task.CompletedTask;
    private bool _closed;

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer)
    {
        var read = await _answers.Reader.ReadAsync();
        var count = (int)Math.Min(buffer.Length, read.Buffer.Length);
        foreach (var part in read.Buffer.Slice(0, count))
        {
            part.Span.CopyTo(buffer.Span);
            buffer = buffer[part.Length..];
        }

        _answers.Reader.AdvanceTo(read.Buffer.GetPosition(count));
        return read.IsCanceled ? throw new IOException("closed") : count;
    }

    public ValueTask SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        lock (_gate)
        {
            if (_closed)
            {
                throw new IOException("the connection is closed");
            }

            foreach (var part in parts)
            {
                _sent.Write(part.Span);
            }

            while (TakeFrame() is { } frame)
            {
                _answering = AnswerAsync(_answering, frame);
            }
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (!_closed)
            {
                _closed = true;
                _answers.Reader.CancelPendingRead();
            }
        }

        return ValueTask.CompletedTask;
    }

    private byte[]? TakeFrame()
    {
        var bytes = _sent.ToArray();
        if (bytes.Length < sizeof(int) || BinaryPrimitives.ReadInt32BigEndian(bytes) + sizeof(int) > bytes.Length)
        {
            return null;
        }

        var end = BinaryPrimitives.ReadInt32BigEndian(bytes) + sizeof(int);
        _sent.SetLength(0);
        _sent.Write(bytes.AsSpan(end));
        return bytes[sizeof(int)..end];
    }

    private async Task AnswerAsync(Task before, byte[] frame)
    {
        var request = Decode(frame);
        var fault = cluster.Faults.Take(request.Key);
        var answer = await cluster.AnswerAsync(request);
        await before;
        if (answer is null)
        {
            return;
        }

        var whole = Encode(request, answer);
        var changed = fault is null ? whole : fault(whole);
        if (changed is not null)
        {
            await _answers.Writer.WriteAsync(changed);
        }

        if (changed is null || changed.Length < whole.Length)
        {
            await _answers.Writer.CompleteAsync();
        }
    }

    private ScriptedRequest Decode(byte[] frame)
    {
        var key = (ApiKey)BinaryPrimitives.ReadInt16BigEndian(frame);
        var version = BinaryPrimitives.ReadInt16BigEndian(frame.AsSpan(sizeof(short)));
        var reader = new WireReader(frame);
        var header = new RequestHeader();
        header.Read(ref reader, MessageRegistry.RequestHeaderVersion(key, version));
        var message = MessageRegistry.Request(key)!.Create();
        message.Read(ref reader, version);
        return new ScriptedRequest(address, key, version, header, message);
    }

    // As Kafka: an ApiVersions request that is too new is answered in version 0.
    private byte[] Encode(ScriptedRequest request, IMessage answer)
    {
        var version = request.Version;
        if (request.Key == ApiKey.ApiVersions && version > cluster.VersionsOf(ApiKey.ApiVersions).Highest)
        {
            version = 0;
            ((ApiVersionsResponse)answer).ErrorCode = ErrorCode.UnsupportedVersion;
        }

        using var writer = new WireWriter();
        writer.WriteInt32(0);
        new ResponseHeader { CorrelationId = request.Header.CorrelationId }.Write(
            writer, MessageRegistry.ResponseHeaderVersion(request.Key, version));
        answer.Write(writer, version);
        writer.PatchInt32(0, (int)writer.TotalLength - sizeof(int));
        return writer.ToArray();
    }
}

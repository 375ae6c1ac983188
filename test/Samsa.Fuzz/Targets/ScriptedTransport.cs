using System.Net;
using Samsa.Broker.Network;
using Samsa.Protocol.Wire;

namespace Samsa.Fuzz.Targets;

/// <summary>A peer that has sent everything, closed its sending side, and takes every answer.</summary>
internal sealed class ScriptedTransport(ReadOnlyMemory<byte> incoming) : ITransport
{
    private readonly MemoryStream _sent = new();
    private ReadOnlyMemory<byte> _rest = incoming;
    private long _moved;

    public EndPoint? LocalEndPoint => null;

    public EndPoint? RemoteEndPoint => null;

    public long BytesMoved => Interlocked.Read(ref _moved);

    /// <summary>What was sent to the peer. Complete when the connection has ended.</summary>
    public byte[] Sent
    {
        get
        {
            lock (_sent)
            {
                return _sent.ToArray();
            }
        }
    }

    public ValueTask WaitForBytesAsync() => ValueTask.CompletedTask;

    public ValueTask<int> ReceiveAsync(Memory<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        Interlocked.Add(ref _moved, count);
        return new ValueTask<int>(count);
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, bool moreFollows)
    {
        lock (_sent)
        {
            _sent.Write(bytes.Span);
        }

        Interlocked.Add(ref _moved, bytes.Length);
        return ValueTask.CompletedTask;
    }

    public ValueTask SendAsync(IRecordRegion region)
    {
        var bytes = new byte[region.Length];
        region.CopyTo(0, bytes);
        return SendAsync(bytes, moreFollows: false);
    }

    public void StopReceiving() => _rest = default;

    public void Dispose()
    {
    }
}

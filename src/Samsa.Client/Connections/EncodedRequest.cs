using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;

namespace Samsa.Client.Connections;

/// <summary>
/// A request as it goes over the wire, its length in front. Owns the pooled buffer of all but the record regions, which stay the
/// caller's; used by one thread at a time; disposed once it was sent or given up.
/// </summary>
internal sealed class EncodedRequest : IDisposable
{
    private readonly WireWriter _writer = new();

    /// <exception cref="UnsupportedVersionException">A field holds a value that the version cannot say.</exception>
    public EncodedRequest(ApiKey key, short version, int correlationId, string clientId, IMessage request)
    {
        try
        {
            _writer.WriteInt32(0);
            new RequestHeader
            {
                RequestApiKey = (short)key,
                RequestApiVersion = version,
                CorrelationId = correlationId,
                ClientId = clientId,
            }.Write(_writer, MessageRegistry.RequestHeaderVersion(key, version));
            request.Write(_writer, version);
            _writer.PatchInt32(0, checked((int)(_writer.TotalLength - sizeof(int))));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Set once the whole frame is in the socket's hands.</summary>
    public bool IsSent { get; set; }

    /// <summary>The bytes of the whole frame, its length field included.</summary>
    public long Length => _writer.TotalLength;

    /// <summary>Adds the frame's pieces, in order.</summary>
    public void AddTo(List<ReadOnlyMemory<byte>> parts)
    {
        var written = _writer.WrittenMemory;
        var from = 0;
        foreach (var splice in _writer.Splices)
        {
            parts.Add(written[from..splice.Position]);
            parts.Add(splice.Region is RecordMemory memory ? memory.Bytes : Copy(splice.Region));
            from = splice.Position;
        }

        if (from < written.Length)
        {
            parts.Add(written[from..]);
        }
    }

    public void Dispose()
    {
        foreach (var splice in _writer.Splices)
        {
            (splice.Region as RecordMemory)?.Release(IsSent);
        }

        _writer.Dispose();
    }

    private static byte[] Copy(IRecordRegion region)
    {
        var bytes = new byte[region.Length];
        region.CopyTo(0, bytes);
        return bytes;
    }
}

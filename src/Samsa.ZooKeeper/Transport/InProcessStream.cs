using System.Threading.Channels;

namespace Samsa.ZooKeeper.Transport;

/// <summary>
/// One end of a connection within the process. One thread reads, one writes, any disposes: then the other end reads the rest and
/// after it the end, and writes there fail. A writer waits when a few writes have not been read.
/// </summary>
public sealed class InProcessStream : Stream
{
    // As many writes may wait as a socket's buffer roughly holds.
    private const int Capacity = 16;

    private readonly Channel<byte[]> _incoming;
    private readonly Channel<byte[]> _outgoing;
    private ReadOnlyMemory<byte> _rest;
    private volatile bool _disposed;

    private InProcessStream(Channel<byte[]> incoming, Channel<byte[]> outgoing) => (_incoming, _outgoing) = (incoming, outgoing);

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Both ends of a connection.</summary>
    public static (InProcessStream Client, InProcessStream Server) CreatePair()
    {
        var options = new BoundedChannelOptions(Capacity) { SingleReader = true };
        var (toServer, toClient) = (Channel.CreateBounded<byte[]>(options), Channel.CreateBounded<byte[]>(options));
        return (new InProcessStream(toClient, toServer), new InProcessStream(toServer, toClient));
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_rest.IsEmpty)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_incoming.Reader.TryRead(out var next))
            {
                _rest = next;
            }
            else if (!await _incoming.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                return 0;
            }
        }

        var count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        return count;
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await _outgoing.Writer.WriteAsync(buffer.ToArray(), cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException closed)
        {
            throw new IOException("The connection was closed.", closed);
        }
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Only asynchronous.");

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Only asynchronous.");

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _disposed = true;
        _incoming.Writer.TryComplete();
        _outgoing.Writer.TryComplete();
        base.Dispose(disposing);
    }
}

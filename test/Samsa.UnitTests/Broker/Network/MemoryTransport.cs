using System.Net;
using System.Threading.Channels;
using Samsa.Broker.Network;
using Samsa.Protocol.Wire;

namespace Samsa.UnitTests.Broker.Network;

/// <summary>
/// A transport made of queues: the test decides in which pieces bytes arrive, and whether the peer takes what is sent.
/// </summary>
internal sealed class MemoryTransport : ITransport
{
    private readonly Channel<byte[]> _incoming = Channel.CreateUnbounded<byte[]>();
    private readonly MemoryStream _sent = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource? _full;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ReadOnlyMemory<byte> _rest;
    private long _moved;

    public EndPoint? LocalEndPoint => null;

    public EndPoint? RemoteEndPoint { get; init; }

    public long BytesMoved => Interlocked.Read(ref _moved);

    public int Sends { get; private set; }

    public bool IsDisposed { get; private set; }

    public bool FailSends { get; set; }

    /// <summary>Completes when the connection waits for bytes that the test has not given.</summary>
    public int ReceivesWaiting { get; private set; }

    public byte[] Sent
    {
        get
        {
            lock (_gate)
            {
                return _sent.ToArray();
            }
        }
    }

    /// <summary>Bytes that arrive as one piece.</summary>
    public void Arrive(params byte[] bytes) => _incoming.Writer.TryWrite(bytes);

    /// <summary>The peer closes its sending side.</summary>
    public void End() => _incoming.Writer.TryComplete();

    /// <summary>From now on the peer takes nothing.</summary>
    public void Fill() => _full = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The peer takes everything again.</summary>
    public void Empty()
    {
        var full = _full;
        _full = null;
        full?.SetResult();
    }

    public ValueTask WaitForBytesAsync() => ValueTask.CompletedTask;

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer)
    {
        if (_rest.IsEmpty)
        {
            if (!_incoming.Reader.TryPeek(out _))
            {
                Change(() => ReceivesWaiting++);
            }

            if (!await _incoming.Reader.WaitToReadAsync())
            {
                ObjectDisposedException.ThrowIf(IsDisposed, this);
                return 0;
            }

            _incoming.Reader.TryRead(out var next);
            _rest = next;
        }

        var count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        Interlocked.Add(ref _moved, count);
        return count;
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, bool moreFollows)
    {
        if (_full is { } full)
        {
            Change(() => { });
            await full.Task;
        }

        ObjectDisposedException.ThrowIf(IsDisposed, this);
        if (FailSends)
        {
            throw new IOException("The peer is gone.");
        }

        Change(() =>
        {
            Sends++;
            _sent.Write(bytes.Span);
        });
        Interlocked.Add(ref _moved, bytes.Length);
    }

    public ValueTask SendAsync(IRecordRegion region)
    {
        var bytes = new byte[region.Length];
        region.CopyTo(0, bytes);
        return SendAsync(bytes, moreFollows: false);
    }

    public void StopReceiving() => _incoming.Writer.TryComplete();

    public void Dispose()
    {
        Change(() => IsDisposed = true);
        _incoming.Writer.TryComplete();
        Empty();
    }

    /// <summary>Waits until something about this transport is so.</summary>
    public async Task UntilAsync(Func<MemoryTransport, bool> condition)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (condition(this))
                {
                    return;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(TimeSpan.FromSeconds(120));
        }
    }

    private void Change(Action change)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            change();
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }
}

using Samsa.Protocol.Wire;
using Samsa.ZooKeeper.Operations;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Transport;
using Samsa.ZooKeeper.Wire;

namespace Samsa.ZooKeeper.Sessions;

/// <summary>
/// One connection to one server. Owns the stream, the requests that wait for their answers, and the loops that read, send and keep
/// the session alive. Any thread sends; one loop reads. Lifetime: <see cref="RunAsync"/> ends with the connection and fails what was
/// not answered. Fails: a server that breaks the protocol or says nothing for two thirds of the session's time-out loses us.
/// </summary>
internal sealed class ServerConnection : IDisposable
{
    private const int EventXid = -1;
    private const int PingXid = -2;
    private const int AuthXid = -4;
    private const int SetWatchesXid = -8;

    private readonly Lock _lock = new();
    private readonly Stream _stream;
    private readonly ClientSession _session;
    private readonly TimeProvider _time;
    private readonly FrameReader _frames;
    private readonly CancellationTokenSource _ended = new();
    private readonly Queue<PendingRequest> _unanswered = new();
    private readonly Queue<Identity> _identities = new();
    private WireWriter _filling = new();
    private WireWriter _flushing = new();
    private int _lastXid;
    private bool _sending;
    private bool _over;
    private string? _reason;
    private long _lastHeard;
    private long _lastSent;

    internal ServerConnection(Stream stream, ServerAddress server, ClientSession session, TimeProvider time, int maxBuffer)
    {
        (_stream, Server, _session, _time) = (stream, server, session, time);
        _frames = new FrameReader(stream, maxBuffer);
        _lastHeard = _lastSent = time.GetTimestamp();
    }

    internal ServerAddress Server { get; }

    /// <summary>What the server granted; null when it does not know the session.</summary>
    internal ConnectResponse? Granted { get; set; }

    /// <summary>The server answers reads only.</summary>
    internal bool IsReadOnly { get; set; }

    public void Dispose()
    {
        _ended.Cancel();
        _stream.Dispose();
    }

    /// <summary>Asks for a session.</summary>
    /// <returns>The answer, and whether the server is read-only.</returns>
    internal async Task<(ConnectResponse Response, bool IsReadOnly)> HandshakeAsync(ConnectRequest request, CancellationToken cancellation)
    {
        using (var writer = new WireWriter())
        {
            var lengthAt = writer.ReserveInt32();
            request.Write(writer);
            writer.WriteBoolean(false);
            writer.PatchInt32(lengthAt, writer.Position - lengthAt - sizeof(int));
            await _stream.WriteAsync(writer.WrittenMemory, cancellation).ConfigureAwait(false);
        }

        var frame = await _frames.ReadAsync(cancellation).ConfigureAwait(false) ?? throw new IOException("the server ended the connection");
        return Read(frame);

        static (ConnectResponse Response, bool IsReadOnly) Read(ReadOnlyMemory<byte> frame)
        {
            var reader = new WireReader(frame);
            var response = Jute.Read<ConnectResponse>(ref reader);

            // Servers before 3.4 do not say it.
            return (response, reader.Remaining > 0 && reader.ReadBoolean());
        }
    }

    /// <summary>Puts a request behind all others. Returns false when the connection is over: it will not be sent.</summary>
    /// <param name="request">The request.</param>
    /// <param name="isAlone">Nothing else is under way: <see cref="Flush"/> is to be called at once, outside of any lock.</param>
    internal bool TrySend(PendingRequest request, out bool isAlone)
    {
        bool begins;
        lock (_lock)
        {
            isAlone = false;
            if (_over)
            {
                return false;
            }

            request.Xid = _lastXid = _lastXid == int.MaxValue ? 1 : _lastXid + 1;
            Write(request.Xid, request.Operation.Type, request.Operation.Request(_session.Chroot));
            begins = BeginFlush();
            isAlone = begins && _unanswered.Count == 0;
            _unanswered.Enqueue(request);
        }

        if (begins && !isAlone)
        {
            FlushInBackground();
        }

        return true;
    }

    /// <summary>Sends what a lone request put there. What has company is sent by the pool, many with one write.</summary>
    internal void Flush() => _ = FlushAsync();

    /// <summary>Says who the client is.</summary>
    internal void Send(Identity identity)
    {
        lock (_lock)
        {
            if (!_over)
            {
                _identities.Enqueue(identity);
            }
        }

        Send(AuthXid, OpCode.Auth, new AuthPacket { Scheme = identity.Scheme, Auth = identity.Proof });
    }

    /// <summary>Sets the watches again that the client had.</summary>
    internal void Send(OpCode type, IRecord setWatches) => Send(SetWatchesXid, type, setWatches);

    /// <summary>Ends the connection; <see cref="RunAsync"/> tells why.</summary>
    internal void End(string reason)
    {
        Interlocked.CompareExchange(ref _reason, reason, null);
        _ended.Cancel();
    }

    /// <summary>Reads until the connection ends.</summary>
    /// <param name="timeout">The session's time-out.</param>
    /// <returns>Why it ended.</returns>
    internal async Task<string> RunAsync(TimeSpan timeout)
    {
        var keepAlive = KeepAliveAsync(timeout);
        try
        {
            while (await _frames.ReadAsync(_ended.Token).ConfigureAwait(false) is { } frame)
            {
                Volatile.Write(ref _lastHeard, _time.GetTimestamp());
                Handle(frame);
            }

            End("the server ended it");
        }
        catch (Exception failure)
        {
            // Also of what nobody foresaw: whoever waits for an answer is told, and the session goes on with another connection.
            End(failure.Message);
        }

        await keepAlive.ConfigureAwait(false);
        _stream.Dispose();
        Abandon();
        return _reason!;
    }

    private void Abandon()
    {
        lock (_lock)
        {
            _over = true;
            if (!_sending)
            {
                _filling.Dispose();
                _flushing.Dispose();
            }
        }

        // Nobody adds any more.
        while (_unanswered.TryDequeue(out var request))
        {
            _session.Fail(request, KeeperError.ConnectionLoss);
        }
    }

    private void Handle(ReadOnlyMemory<byte> frame)
    {
        var reader = new WireReader(frame);
        var header = Jute.Read<ReplyHeader>(ref reader);
        var body = frame[reader.Position..];
        switch (header.Xid)
        {
            case PingXid or SetWatchesXid:
                break;
            case AuthXid:
                Identity? identity;
                lock (_lock)
                {
                    _identities.TryDequeue(out identity);
                }

                _session.OnIdentity(identity ?? throw new ProtocolViolationException("An identity was answered that was not sent."), (KeeperError)header.Err);
                break;
            case EventXid:
                _session.OnEvent(Jute.Read<WatcherEvent>(body));
                break;
            default:
                PendingRequest? request;
                lock (_lock)
                {
                    _unanswered.TryDequeue(out request);
                }

                if (request is null || request.Xid != header.Xid)
                {
                    if (request is not null)
                    {
                        _session.Fail(request, KeeperError.ConnectionLoss);
                    }

                    throw new ProtocolViolationException($"Request {request?.Xid} waits for its answer, and {header.Xid} was answered.");
                }

                _session.OnAnswer(request, header, body);
                break;
        }
    }

    /// <summary>
    /// Says something when nothing was sent for a third of the time-out, and gives up when nothing was heard for two thirds: then a
    /// third is left to find another server. As ZooKeeper's clients do.
    /// </summary>
    private async Task KeepAliveAsync(TimeSpan timeout)
    {
        var pingAfter = timeout / 3;
        var lostAfter = timeout * 2 / 3;
        try
        {
            while (!_ended.IsCancellationRequested)
            {
                var silence = _time.GetElapsedTime(Volatile.Read(ref _lastHeard));
                if (silence >= lostAfter)
                {
                    End($"the server said nothing for {silence.TotalMilliseconds:0} ms");
                    return;
                }

                var idle = _time.GetElapsedTime(Volatile.Read(ref _lastSent));
                if (idle >= pingAfter)
                {
                    Send(PingXid, OpCode.Ping, Empty.Instance);
                    Volatile.Write(ref _lastSent, _time.GetTimestamp());
                    idle = TimeSpan.Zero;
                }

                var wait = pingAfter - idle < lostAfter - silence ? pingAfter - idle : lostAfter - silence;

                // A timer's resolution is a millisecond; less would spin.
                await Task.Delay(wait < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : wait, _time, _ended.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The connection ended.
        }
    }

    private void Send(int xid, OpCode type, IRecord body)
    {
        lock (_lock)
        {
            if (_over)
            {
                return;
            }

            Write(xid, type, body);
            if (!BeginFlush())
            {
                return;
            }
        }

        FlushInBackground();
    }

    private void Write(int xid, OpCode type, IRecord body)
    {
        var lengthAt = _filling.ReserveInt32();
        _filling.WriteInt32(xid);
        _filling.WriteInt32((int)type);
        body.Write(_filling);
        _filling.PatchInt32(lengthAt, _filling.Position - lengthAt - sizeof(int));
    }

    private bool BeginFlush()
    {
        var begins = !_sending;
        _sending = true;
        return begins;
    }

    private void FlushInBackground() =>
        ThreadPool.UnsafeQueueUserWorkItem(static connection => _ = connection.FlushAsync(), this, preferLocal: false);

    private async Task FlushAsync()
    {
        try
        {
            while (TakeFilled())
            {
                await _stream.WriteAsync(_flushing.WrittenMemory, _ended.Token).ConfigureAwait(false);
                _flushing.Reset();
                Volatile.Write(ref _lastSent, _time.GetTimestamp());
            }
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException or OperationCanceledException)
        {
            End(failure.Message);
            lock (_lock)
            {
                _sending = false;
                if (_over)
                {
                    _filling.Dispose();
                    _flushing.Dispose();
                }
            }
        }
    }

    private bool TakeFilled()
    {
        lock (_lock)
        {
            if (_filling.Position == 0 || _over)
            {
                _sending = false;
                if (_over)
                {
                    _filling.Dispose();
                    _flushing.Dispose();
                }

                return false;
            }

            (_filling, _flushing) = (_flushing, _filling);
            return true;
        }
    }
}

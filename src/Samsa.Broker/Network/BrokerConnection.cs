using Samsa.Broker.Api;
using Samsa.Broker.Metrics;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;

namespace Samsa.Broker.Network;

/// <summary>
/// One client connection: reads requests, runs the ordered part of their handlers, sends the answers in order.
/// Owns the transport, the frame reader and the answer queue. One read loop; handlers complete on any thread; the server may
/// stop or abort it from any thread. Lives from accept until <see cref="RunAsync"/> returns, when all it owned is released.
/// Whatever fails here closes this connection with one line in the log and touches no other.
/// </summary>
internal sealed class BrokerConnection : IAnswerObserver, IDisposable
{
    // A peer whose bytes never run out gives the thread back after so many requests, so that others get their turn.
    private const int RequestsPerTurn = 64;

    // More than a socket's receive buffer holds; a peer that goes on sending is cut.
    private const int UnreadBytesDiscarded = 4 << 20;

    private readonly ITransport _transport;
    private readonly ConnectionServices _services;
    private readonly ListenerMetrics _metrics;
    private readonly FrameReader _reader;
    private readonly AnswerQueue _answers;
    private readonly CancellationTokenSource _closed = new();
    private volatile bool _stopping;
    private volatile bool _serverStops;
    private long _lastRequest;
    private int _aborted;

    public BrokerConnection(ITransport transport, string listenerName, long id, ConnectionServices services)
    {
        _transport = transport;
        _services = services;
        _lastRequest = services.Time.GetTimestamp();
        _metrics = services.Metrics.Listener(listenerName);
        _metrics.ConnectionsCreated.Increment();
        _reader = new FrameReader(transport, services.Memory, services.Options.RequestMaxBytes);
        _answers = new AnswerQueue(transport, this, services.Options.MaxInFlightPerConnection);
        Info = new ConnectionInfo
        {
            Id = id,
            ListenerName = listenerName,
            LocalEndPoint = transport.LocalEndPoint,
            RemoteEndPoint = transport.RemoteEndPoint,
            Closed = _closed.Token,
        };
    }

    /// <summary>What handlers see of this connection.</summary>
    public ConnectionInfo Info { get; }

    /// <summary>When the newest request was complete; before the first one, when the connection was accepted. Any thread reads.</summary>
    public long LastRequest => Volatile.Read(ref _lastRequest);

    /// <summary>True once the connection is cut; what it holds is released soon after.</summary>
    public bool IsClosed => Volatile.Read(ref _aborted) != 0;

    /// <inheritdoc cref="FrameReader.IncompleteFrame"/>
    public long IncompleteFrame => _reader.IncompleteFrame;

    /// <summary>Bytes moved so far, in both directions.</summary>
    public long BytesMoved => _transport.BytesMoved;

    long IAnswerObserver.Now => _services.Time.GetTimestamp();

    /// <summary>Serves the connection until it is closed, by whichever side. Never throws.</summary>
    public async Task RunAsync()
    {
        try
        {
            await ReadRequestsAsync().ConfigureAwait(false);
        }
        catch (ProtocolViolationException e)
        {
            _services.Log.PeerBrokeProtocol(Info, e.Message);
        }
        catch (CloseConnectionException e)
        {
            _services.Log.HandlerClosed(Info, e.Message);
        }
        catch (Exception e) when (IsTransportFailure(e))
        {
            LogFailure(e);
            Abort();
        }
        catch (Exception e)
        {
            LogFailure(e);
        }

        _reader.Dispose();
        await LetAnswersLeaveAsync().ConfigureAwait(false);
        await DiscardUnreadAsync().ConfigureAwait(false);
        Abort();
    }

    /// <summary>
    /// The server stops: no further requests are read, those already read are answered, then the connection closes. How long
    /// that may take is the server's business.
    /// </summary>
    public void Stop()
    {
        _serverStops = true;
        StopReading();
    }

    /// <summary>Closes the connection because nothing moved for too long.</summary>
    public void Expire()
    {
        _services.Log.Expired(Info);
        _metrics.ConnectionsExpired.Increment();
        Abort();
    }

    /// <summary>Closes the connection at once. Whoever waits for its sake is told by <see cref="ConnectionInfo.Closed"/>.</summary>
    public void Abort()
    {
        if (Interlocked.Exchange(ref _aborted, 1) != 0)
        {
            return;
        }

        _metrics.ConnectionsClosed.Increment();
        _transport.Dispose();
        try
        {
            _closed.Cancel();
        }
        catch (AggregateException e)
        {
            _services.Log.Failed(Info, e);
        }
    }

    /// <inheritdoc cref="Abort"/>
    /// <remarks>
    /// The token's source is left to the collector: another thread may be cancelling it this moment, and a handler that outlives
    /// the connection may still ask the token.
    /// </remarks>
    public void Dispose() => Abort();

    void IAnswerObserver.AnswerLeft(PendingAnswer answer, long sendStarted)
    {
        _services.Meter.Record(answer, sendStarted, _services.Time.GetTimestamp());
        if (answer.Encoded is { } encoded)
        {
            _metrics.Responses.Increment();
            _metrics.OutgoingBytes.Add(encoded.TotalLength);
        }
    }

    void IAnswerObserver.QueueBroken(Exception? cause)
    {
        if (cause is not null)
        {
            LogFailure(cause);
        }

        Abort();
    }

    // Returns when the peer has ended the stream or this side no longer wants to read.
    private async Task ReadRequestsAsync()
    {
        var turn = 0;
        while (!_stopping)
        {
            var reading = _reader.ReadAsync(_closed.Token);
            if (!reading.IsCompleted)
            {
                // Whatever it waits for, bytes or memory, finished answers do not wait with it.
                _answers.Flush();
            }

            var frame = await reading.ConfigureAwait(false);
            if (frame is null)
            {
                return;
            }

            if (_stopping)
            {
                frame.Dispose();
                return;
            }

            if (!_answers.TryReserve())
            {
                _answers.Flush();
                await ReserveOrDropAsync(frame).ConfigureAwait(false);
            }

            Start(frame);
            if (!_reader.HasCompleteFrame)
            {
                _answers.Flush();
            }

            if (++turn == RequestsPerTurn)
            {
                turn = 0;
                _answers.Flush();
                await Task.Yield();
            }
        }
    }

    private async ValueTask ReserveOrDropAsync(RequestFrame frame)
    {
        try
        {
            await _answers.ReserveAsync(_closed.Token).ConfigureAwait(false);
        }
        catch
        {
            frame.Dispose();
            throw;
        }
    }

    // Decodes the request and runs the ordered part of its handler.
    private void Start(RequestFrame frame)
    {
        ParsedRequest request;
        var received = _services.Time.GetTimestamp();
        Volatile.Write(ref _lastRequest, received);
        try
        {
            request = RequestParser.Parse(_services.Table, Info, frame.Bytes, frame, received);
        }
        catch
        {
            frame.Dispose();
            throw;
        }

        _metrics.Requests.Increment();
        _metrics.IncomingBytes.Add(frame.Length + sizeof(int));
        var answer = new PendingAnswer { Context = request.Context, Started = _services.Time.GetTimestamp() };
        _answers.Add(answer);
        ValueTask<IMessage?> handling;
        try
        {
            handling = request.InvokeAsync();
        }
        catch (Exception e)
        {
            answer.OrderedPartEnded = _services.Time.GetTimestamp();
            Fail(answer, e);
            return;
        }

        answer.OrderedPartEnded = _services.Time.GetTimestamp();
        if (handling.IsCompletedSuccessfully)
        {
            Finish(answer, handling.GetAwaiter().GetResult());
        }
        else
        {
            _ = FinishLaterAsync(answer, handling);
        }
    }

    private async Task FinishLaterAsync(PendingAnswer answer, ValueTask<IMessage?> handling)
    {
        try
        {
            Finish(answer, await handling.ConfigureAwait(false));
        }
        catch (Exception e)
        {
            Fail(answer, e);
        }

        _answers.Flush();
    }

    private void Finish(PendingAnswer answer, IMessage? message)
    {
        WireWriter? encoded = null;
        try
        {
            if (message is not null)
            {
                _services.Meter.CountOutcomes(answer.Context, message);
                encoded = AnswerEncoder.Encode(answer.Context, message);
            }
        }
        catch (Exception e)
        {
            Fail(answer, e);
            return;
        }

        answer.Context.ReleaseRequestBytes();
        answer.Ready = _services.Time.GetTimestamp();
        _answers.Complete(answer, encoded, closes: false);
    }

    // The connection closes when it is this answer's turn; nothing is read after it.
    private void Fail(PendingAnswer answer, Exception e)
    {
        switch (e)
        {
            case CloseConnectionException:
                _services.Log.HandlerClosed(Info, e.Message);
                break;
            case ProtocolViolationException:
                _services.Log.PeerBrokeProtocol(Info, e.Message);
                break;
            case OperationCanceledException when _closed.IsCancellationRequested:
                break;
            default:
                _services.Log.HandlerFailed(Info, answer.Context.ApiKey, answer.Context.ApiVersion, e);
                break;
        }

        answer.Context.ReleaseRequestBytes();
        answer.Ready = _services.Time.GetTimestamp();
        _answers.Complete(answer, encoded: null, closes: true);
        StopReading();
    }

    private void StopReading()
    {
        _stopping = true;
        _transport.StopReceiving();
    }

    private async Task LetAnswersLeaveAsync()
    {
        var drained = _answers.DrainAsync();
        if (drained.IsCompleted)
        {
            return;
        }

        try
        {
            // A peer that has only closed its sending side may still read; one that is gone shows when a send fails.
            var bound = _serverStops ? Timeout.InfiniteTimeSpan : _services.Options.HalfClosedGrace;
            await drained.WaitAsync(bound, _services.Time, _closed.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // Aborted, or nobody will come to read: the rest is discarded as it completes.
        }
    }

    // Closing a socket with unread bytes resets the connection, and answers still on their way are lost.
    private async ValueTask DiscardUnreadAsync()
    {
        if (!_serverStops || Volatile.Read(ref _aborted) != 0)
        {
            return;
        }

        var scratch = new byte[16 << 10];
        try
        {
            for (var left = UnreadBytesDiscarded; left > 0;)
            {
                var received = await _transport.ReceiveAsync(scratch).ConfigureAwait(false);
                if (received == 0)
                {
                    return;
                }

                left -= received;
            }
        }
        catch (Exception e) when (IsTransportFailure(e))
        {
            // Gone already.
        }
    }

    private void LogFailure(Exception e)
    {
        if (!IsTransportFailure(e))
        {
            _services.Log.Failed(Info, e);
        }
        else if (Volatile.Read(ref _aborted) == 0)
        {
            _services.Log.TransportFailed(Info, e.Message);
        }
    }

    private static bool IsTransportFailure(Exception e) =>
        e is IOException or System.Net.Sockets.SocketException or ObjectDisposedException or OperationCanceledException;
}

using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Client.Connections;

/// <summary>
/// One connection to one broker, shared by all who talk to it: requests are pipelined, and answers come in their order.
/// Owns the transport and a read loop. Requests may come from any thread. Lives until it is disposed or breaks, and is then useless:
/// <see cref="Closed"/> completes. Whatever breaks it (the peer, a time-out, an answer that is none) fails all requests in flight with
/// <see cref="ErrorCode.NetworkException"/> or <see cref="ErrorCode.RequestTimedOut"/>; the broker may have carried them out.
/// </summary>
internal sealed partial class BrokerConnection : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<PendingRequest> _inFlight = new();
    private readonly Queue<EncodedRequest> _outgoing = new();
    private readonly List<EncodedRequest> _batch = [];
    private readonly List<ReadOnlyMemory<byte>> _parts = [];
    private readonly TaskCompletionSource<Exception> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IConnectionTransport _transport;
    private readonly ConnectionOptions _options;
    private readonly ITimer _timer;
    private BrokerVersions? _versions;
    private Exception? _failure;
    private Task _reading = Task.CompletedTask;
    private bool _sending;
    private int _correlationId;
    private long _lastUsed;

    private BrokerConnection(BrokerAddress address, IConnectionTransport transport, ConnectionOptions options)
    {
        Address = address;
        _transport = transport;
        _options = options;
        _lastUsed = options.Time.GetTimestamp();
        _timer = options.Time.CreateTimer(static state => ((BrokerConnection)state!).CheckDeadlines(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public BrokerAddress Address { get; }

    /// <summary>What the broker serves.</summary>
    public BrokerVersions Versions => _versions ?? throw new UnreachableException("A connection is handed out after its versions are known.");

    /// <summary>Completes with the reason when the connection can no longer be used.</summary>
    public Task<Exception> Closed => _closed.Task;

    /// <summary>The number of requests whose answers have not come.</summary>
    public int InFlight
    {
        get
        {
            lock (_gate)
            {
                return _inFlight.Count;
            }
        }
    }

    /// <summary>When the last request or answer passed, as a timestamp of the client's clock.</summary>
    public long LastUsed => Volatile.Read(ref _lastUsed);

    /// <summary>Connects, and asks the broker what it serves.</summary>
    /// <exception cref="IOException">The broker cannot be reached.</exception>
    /// <exception cref="KafkaException">The broker was reached and answers as none that this client knows.</exception>
    public static async Task<BrokerConnection> OpenAsync(
        IConnector connector, BrokerAddress address, ConnectionOptions options, CancellationToken cancellation)
    {
        var connection = new BrokerConnection(address, await connector.ConnectAsync(address, cancellation).ConfigureAwait(false), options);
        try
        {
            connection._reading = connection.ReadAsync();
            connection._versions = await connection.NegotiateAsync(cancellation).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Sends a request and returns its answer.</summary>
    /// <param name="api">What is asked.</param>
    /// <param name="version">A version that both sides know (<see cref="BrokerVersions.Choose"/>).</param>
    /// <param name="request">The question, filled for that version.</param>
    /// <param name="timeout">Replaces <c>request.timeout.ms</c>.</param>
    /// <param name="cancellation">Ends the wait; the request is on its way then, and its answer will be thrown away.</param>
    /// <exception cref="KafkaException">The connection broke, or the answer did not come in time.</exception>
    public Task<TResponse> SendAsync<TRequest, TResponse>(
        ClientApi<TRequest, TResponse> api, short version, TRequest request, TimeSpan? timeout = null, CancellationToken cancellation = default)
        where TRequest : IMessage
        where TResponse : IMessage, new()
    {
        cancellation.ThrowIfCancellationRequested();
        var pending = new PendingMessage<TResponse>(api.Key, version, NextCorrelationId(), DeadlineAfter(timeout));
        Enqueue(pending, api.Key, version, pending.CorrelationId, request);
        return cancellation.CanBeCanceled ? pending.Task.WaitAsync(cancellation) : pending.Task;
    }

    /// <summary>
    /// As <see cref="SendAsync"/>, but the read loop runs what waits for the answer, which saves a change of threads: the caller promises to be
    /// short then, not to wait, and to run no code of the user's.
    /// </summary>
    public Task<TResponse> SendInlineAsync<TRequest, TResponse>(ClientApi<TRequest, TResponse> api, short version, TRequest request)
        where TRequest : IMessage
        where TResponse : IMessage, new()
    {
        var pending = new PendingMessage<TResponse>(api.Key, version, NextCorrelationId(), DeadlineAfter(null), inline: true);
        Enqueue(pending, api.Key, version, pending.CorrelationId, request);
        return pending.Task;
    }

    /// <summary>As <see cref="SendAsync"/>, for an answer whose records stay in rented memory until the caller disposes it.</summary>
    public Task<OwnedResponse<TResponse>> SendForOwnedAsync<TRequest, TResponse>(
        ClientApi<TRequest, TResponse> api, short version, TRequest request, TimeSpan? timeout = null)
        where TRequest : IMessage
        where TResponse : IMessage, new()
    {
        var pending = new PendingOwnedMessage<TResponse>(api.Key, version, NextCorrelationId(), DeadlineAfter(timeout));
        Enqueue(pending, api.Key, version, pending.CorrelationId, request);
        return pending.Task;
    }

    /// <summary>Sends a request that the broker does not answer (a produce with <c>acks=0</c>); returns when it is in the socket's hands.</summary>
    /// <exception cref="KafkaException">The connection broke.</exception>
    public Task SendWithoutAnswerAsync<TRequest, TResponse>(ClientApi<TRequest, TResponse> api, short version, TRequest request)
        where TRequest : IMessage
        where TResponse : IMessage, new()
    {
        var sent = new EncodedRequest(api.Key, version, NextCorrelationId(), _options.ClientId, request);
        lock (_gate)
        {
            ThrowIfClosed(sent);
            _outgoing.Enqueue(sent);
        }

        return StartSending();
    }

    public async ValueTask DisposeAsync()
    {
        Close(new KafkaException(ErrorCode.NetworkException, $"The connection to {Address} was closed by this client."), isOurs: true);
        await _transport.DisposeAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<BrokerVersions> NegotiateAsync(CancellationToken cancellation)
    {
        var api = ClientApis.ApiVersions;
        var version = api.Highest;
        while (true)
        {
            var request = new ApiVersionsRequest { ClientSoftwareName = "samsa", ClientSoftwareVersion = SoftwareVersion.Text };
            var answer = await SendAsync(api, version, request, cancellation: cancellation).ConfigureAwait(false);
            if (answer.ErrorCode == ErrorCode.UnsupportedVersion && version > 0)
            {
                // The broker answered in version 0, and from Kafka 2.4 on said what it knows (KIP-511).
                var known = answer.ApiKeys.Find(k => k.ApiKey == (short)ApiKey.ApiVersions)?.MaxVersion ?? 0;
                version = Math.Clamp(known, (short)0, (short)(version - 1));
                continue;
            }

            KafkaException.ThrowIfError(answer.ErrorCode);
            return new BrokerVersions(Address, answer);
        }
    }

    private int NextCorrelationId() => Interlocked.Increment(ref _correlationId) & int.MaxValue;

    private long DeadlineAfter(TimeSpan? timeout) =>
        _options.Time.GetTimestamp() + (long)((timeout ?? _options.RequestTimeout).TotalSeconds * _options.Time.TimestampFrequency);

    private void Enqueue(PendingRequest pending, ApiKey key, short version, int correlationId, IMessage request)
    {
        var encoded = new EncodedRequest(key, version, correlationId, _options.ClientId, request);
        lock (_gate)
        {
            ThrowIfClosed(encoded);
            _outgoing.Enqueue(encoded);
            _inFlight.Enqueue(pending);
            if (_inFlight.Count == 1)
            {
                Arm(pending.Deadline);
            }
        }

        _ = StartSending();
    }

    private void ThrowIfClosed(EncodedRequest unsent)
    {
        if (_failure is { } failure)
        {
            unsent.Dispose();
            throw new KafkaException(ErrorCode.NetworkException, failure.Message, failure);
        }
    }

    // Whoever finds nobody sending sends, everything that others queue meanwhile included.
    private Task StartSending()
    {
        lock (_gate)
        {
            if (_sending || _outgoing.Count == 0)
            {
                return Task.CompletedTask;
            }

            _sending = true;
        }

        return SendQueuedAsync();
    }

    private async Task SendQueuedAsync()
    {
        // Of whoever sends: there is one at a time.
        var (batch, parts) = (_batch, _parts);
        while (true)
        {
            lock (_gate)
            {
                if (_outgoing.Count == 0)
                {
                    _sending = false;
                    return;
                }

                while (_outgoing.TryDequeue(out var next))
                {
                    batch.Add(next);
                    next.AddTo(parts);
                }
            }

            try
            {
                await _transport.SendAsync(parts).ConfigureAwait(false);
                Volatile.Write(ref _lastUsed, _options.Time.GetTimestamp());
                foreach (var sent in batch)
                {
                    sent.IsSent = true;
                }
            }
            catch (IOException e)
            {
                Close(new KafkaException(ErrorCode.NetworkException, $"Sending to {Address} failed: {e.Message}", e));
            }
            catch (Exception e)
            {
                CloseByFault(e);
            }
            finally
            {
                foreach (var sent in batch)
                {
                    sent.Dispose();
                }

                batch.Clear();
                parts.Clear();
            }
        }
    }

    private void Arm(long deadline)
    {
        var wait = _options.Time.GetElapsedTime(_options.Time.GetTimestamp(), deadline);
        _timer.Change(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private void CheckDeadlines()
    {
        PendingRequest? late = null;
        lock (_gate)
        {
            if (!_inFlight.TryPeek(out var oldest))
            {
                return;
            }

            // Answers come in order: the oldest request holds up all others.
            if (oldest.Deadline > _options.Time.GetTimestamp())
            {
                Arm(oldest.Deadline);
            }
            else
            {
                late = oldest;
            }
        }

        if (late is not null)
        {
            Close(new KafkaException(
                ErrorCode.RequestTimedOut, $"Broker {Address} did not answer {late.Key} in time; the connection is given up."));
        }
    }

    private void Close(KafkaException reason, bool isOurs = false)
    {
        PendingRequest[] lost;
        lock (_gate)
        {
            if (_failure is not null)
            {
                return;
            }

            _failure = reason;
            lost = [.. _inFlight];
            _inFlight.Clear();
        }

        if (lost.Length > 0 && !isOurs)
        {
            _options.Logger.LogWarning("Connection to {Broker} is lost with {Requests} requests in flight: {Reason}", Address, lost.Length, reason.Message);
        }
        else
        {
            _options.Logger.LogDebug("Connection to {Broker} is closed: {Reason}", Address, reason.Message);
        }

        foreach (var request in lost)
        {
            request.Fail(reason);
        }

        _closed.TrySetResult(reason);

        // The read loop waits in a receive that only this ends.
        _ = _transport.DisposeAsync().AsTask();
    }
}

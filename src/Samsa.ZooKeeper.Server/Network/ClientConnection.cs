using System.Net;
using Samsa.Protocol.Wire;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server.Authorization;
using Samsa.ZooKeeper.Server.Requests;
using Samsa.ZooKeeper.Server.Sessions;
using Samsa.ZooKeeper.Wire;
using ProtocolViolationException = Samsa.Protocol.Wire.ProtocolViolationException;

namespace Samsa.ZooKeeper.Server.Network;

/// <summary>
/// One client's connection: reads frames, hands them to the pipeline in their order, and takes answers and events for it.
/// Owns its stream. One read loop; answers come from any thread, with the server's lock held. Lifetime: <see cref="RunAsync"/> ends
/// when either side ends the connection; the session lives on. Fails: a peer that breaks the protocol loses its connection.
/// </summary>
internal sealed class ClientConnection : IClientConnection
{
    private const int AuthXid = -4;
    private const int EventXid = -1;

    // Each costs everybody time whenever an ACL is asked. Nobody has more than a few.
    private const int MostIdentities = 64;

    private readonly Stream _stream;
    private readonly CoordinationServer _server;
    private readonly ConnectionRegistry _registry;
    private readonly Outbox _outbox;
    private readonly RequestWindow _requests;
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _sessionKnown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FrameReader _frames;
    private readonly Afterwards _afterwards = new();
    private ITimer? _lastCall;
    private bool _ended;
    private volatile List<AclId> _identities;
    private bool _sentReadOnly;
    private int _protocolVersion;

    internal ClientConnection(Stream stream, IPEndPoint client, CoordinationServer server, ConnectionRegistry registry)
    {
        (_stream, _server, _registry, Client) = (stream, server, registry, client);
        _outbox = new Outbox(stream, registry.Statistics, End);
        _requests = new RequestWindow(registry.Options.OutstandingLimit, registry.Options.OutstandingBytes);
        _frames = new FrameReader(stream, registry.Options.MaxBuffer);
        _identities = [IpScheme.IdOf(client.Address)];
        HeardAt = EstablishedAt = registry.Time.GetUtcNow();
    }

    /// <inheritdoc/>
    public IReadOnlyList<AclId> Identities => _identities;

    internal IPEndPoint Client { get; }

    internal DateTimeOffset EstablishedAt { get; }

    internal long SessionId { get; private set; }

    /// <summary>The session's time-out in ms, 0 before there is a session.</summary>
    internal int Timeout { get; private set; }

    /// <summary>It asks a word of four letters, and is no client.</summary>
    internal bool IsWord { get; private set; }

    /// <summary>When a request came last; the moment of the connection before the first.</summary>
    internal DateTimeOffset HeardAt { get; private set; }

    internal long Received { get; private set; }

    internal long Sent { get; private set; }

    internal int LastXid { get; private set; }

    internal long LastZxid { get; private set; }

    internal OpCode LastOperation { get; private set; }

    internal DateTimeOffset LastAnswerAt { get; private set; }

    internal LatencySummary Latency { get; } = new();

    /// <summary>Requests that wait for their answers.</summary>
    internal int Outstanding => _requests.Count;

    /// <inheritdoc/>
    public void Send(int xid, long zxid, KeeperError error, IRecord? body)
    {
        if (_requests.Take() is { } received)
        {
            var latency = (long)_registry.Time.GetElapsedTime(received).TotalMilliseconds;
            _registry.Statistics.CountAnswer(latency);
            lock (_lock)
            {
                Latency.Add(latency);
            }
        }

        (LastXid, LastZxid, LastAnswerAt) = (xid, zxid, _registry.Time.GetUtcNow());
        Sent++;
        SendSoon(new Outgoing(true, xid, zxid, error, body, AnswerSize.Of(body)));
    }

    /// <inheritdoc/>
    public void OnEvent(WatchEventType type, string path, long zxid, List<Acl> acl)
    {
        // Whoever may not read the node is not told that it changed (CVE-2024-23944).
        if (!_server.Pipeline.Access.Allows(acl, AclPermissions.Read, _identities))
        {
            return;
        }

        if (_outbox.Count > _registry.Options.EventLimit)
        {
            // It does not read: rather a client that begins anew than one that takes all memory.
            Close();
            return;
        }

        Sent++;
        if (_registry.Trace.Covers(TraceMask.Events))
        {
            LogMessages.Told(_registry.Logger, SessionId, Client, type, path);
        }

        const int Connected = 3;
        SendSoon(new Outgoing(true, EventXid, -1, KeeperError.Ok, new WatcherEvent { Type = (int)type, State = Connected, Path = path }));
    }

    /// <inheritdoc/>
    public void OnSession(long sessionId, int timeout)
    {
        (SessionId, Timeout) = (sessionId, timeout);
        Sent++;
        if (_registry.Trace.Covers(TraceMask.Sessions))
        {
            LogMessages.SessionGiven(_registry.Logger, Client, sessionId, timeout);
        }

        var response = new ConnectResponse
        {
            ProtocolVersion = _protocolVersion,
            SessionId = sessionId,
            TimeOut = timeout,
            Passwd = sessionId == 0 ? new byte[SessionIds.PasswordLength] : SessionIds.PasswordOf(sessionId),
        };
        SendSoon(new Outgoing(false, 0, 0, KeeperError.Ok, new ConnectAnswer(response, _sentReadOnly)));
        _sessionKnown.TrySetResult();
        if (sessionId == 0)
        {
            Close();
        }
    }

    /// <inheritdoc/>
    public void Close()
    {
        _outbox.Close();
        lock (_lock)
        {
            // A peer that does not read what is left would keep the connection, its frames and its watches for ever.
            if (!_ended)
            {
                _lastCall ??= _registry.Time.CreateTimer(
                    static connection => ((ClientConnection)connection!).End(), this, _registry.Options.ConnectTimeout, System.Threading.Timeout.InfiniteTimeSpan);
            }
        }
    }

    internal void ResetCounters()
    {
        (Received, Sent) = (0, 0);
        lock (_lock)
        {
            Latency.Reset();
        }
    }

    /// <summary>Ends the connection at once.</summary>
    internal void End()
    {
        lock (_lock)
        {
            _ended = true;
            _lastCall?.Dispose();
            _lastCall = null;
        }

        _sessionKnown.TrySetCanceled();
        _stream.Dispose();
    }

    internal async Task RunAsync()
    {
        var reason = "the client closed it";
        using var patience = new CancellationTokenSource(_registry.Options.ConnectTimeout, _registry.Time);
        try
        {
            var first = await _frames.PeekInt32Async(patience.Token).ConfigureAwait(false);
            if (first is { } word && FourLetterWords.Find(word) is { } command)
            {
                IsWord = true;
                Received++;
                _registry.Statistics.CountReceived(sizeof(int));
                var number = command == FourLetterWords.SetTraceMask ? await _frames.ReadInt64AfterAsync(patience.Token).ConfigureAwait(false) : null;
                await _registry.Words.AnswerAsync(command, number, _stream, patience.Token).ConfigureAwait(false);
                _registry.Statistics.CountSent();
                return;
            }

            if (await _frames.ReadAsync(patience.Token).ConfigureAwait(false) is not { } connect)
            {
                return;
            }

            Connect(connect);
            await _sessionKnown.Task.ConfigureAwait(false);
            while (await _frames.ReadAsync(CancellationToken.None).ConfigureAwait(false) is { } frame)
            {
                Handle(frame);
                await _requests.RoomAsync().ConfigureAwait(false);
                await _outbox.RoomAsync(_registry.Options.OutstandingLimit, _registry.Options.UnsentBytes).ConfigureAwait(false);
            }
        }
        catch (ProtocolViolationException violation)
        {
            reason = violation.Message;
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException or OperationCanceledException)
        {
            reason = failure.Message;
        }
        catch (Exception bug)
        {
            LogMessages.ConnectionBroke(_registry.Logger, Client, bug);
            throw;
        }
        finally
        {
            LogMessages.ConnectionEnded(_registry.Logger, Client, reason);
            _server.Enter(pipeline => pipeline.Disconnect(this, SessionId));
            End();
        }
    }

    private void Connect(ReadOnlyMemory<byte> frame)
    {
        var reader = new WireReader(frame);
        var request = Jute.Read<ConnectRequest>(ref reader);
        _protocolVersion = request.ProtocolVersion;
        _sentReadOnly = reader.Remaining > 0;
        Count(OpCode.CreateSession, frame.Length);
        _registry.Statistics.CountConnect();
        _server.Enter(pipeline => pipeline.Connect(this, request));
    }

    private void Handle(ReadOnlyMemory<byte> frame)
    {
        var reader = new WireReader(frame);
        var header = Jute.Read<RequestHeader>(ref reader);
        var body = frame[reader.Position..];
        Count((OpCode)header.Type, frame.Length);
        if (_registry.Trace.Covers((OpCode)header.Type == OpCode.Ping ? TraceMask.ClientPings : TraceMask.ClientRequests))
        {
            LogMessages.Asked(_registry.Logger, SessionId, Client, (OpCode)header.Type, header.Xid, frame.Length);
        }

        if ((OpCode)header.Type == OpCode.Auth)
        {
            Authenticate(Jute.Read<AuthPacket>(body));
            return;
        }

        _requests.Add(_registry.Time.GetTimestamp(), frame.Length);
        _server.Submit(new ClientRequest(this, SessionId, header.Xid, (OpCode)header.Type, body), _frames.HasMore ? null : _afterwards);
    }

    /// <summary>Only with the server's lock held.</summary>
    private void SendSoon(in Outgoing frame)
    {
        if (_outbox.Put(frame))
        {
            _server.SendSoon(_outbox);
        }
    }

    private void Count(OpCode type, int bytes)
    {
        Received++;
        (LastOperation, HeardAt) = (type, _registry.Time.GetUtcNow());
        _registry.Statistics.CountReceived(bytes);
    }

    private void Authenticate(AuthPacket packet)
    {
        var proof = packet.Auth.GetValueOrDefault().Span;
        var gained = _server.Pipeline.Access.Find(packet.Scheme)?.Authenticate(proof, Client.Address);
        if (gained is null || _identities.Count + gained.Count > MostIdentities)
        {
            _registry.Statistics.CountAuthFailure();
            _outbox.Add(new Outgoing(true, AuthXid, 0, KeeperError.AuthFailed, null));
            Close();
            return;
        }

        var identities = new List<AclId>(_identities);
        foreach (var identity in gained)
        {
            if (!identities.Exists(known => known.Scheme == identity.Scheme && known.Id == identity.Id))
            {
                identities.Add(identity);
            }
        }

        _identities = identities;
        _outbox.Add(new Outgoing(true, AuthXid, 0, KeeperError.Ok, null));
    }
}

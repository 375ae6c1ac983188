using Samsa.Protocol.Wire;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server.Authorization;
using Samsa.ZooKeeper.Server.Sessions;
using Samsa.ZooKeeper.Server.Tree;
using Samsa.ZooKeeper.Server.Watches;
using Samsa.ZooKeeper.Wire;

namespace Samsa.ZooKeeper.Server.Requests;

/// <summary>
/// The server as a state machine without IO: requests come in, proposals go out to be logged, and come back committed to be
/// applied and answered. prepare (<see cref="RequestPreparer"/>) -> propose and log (whoever takes the proposals) -> commit ->
/// apply (<see cref="DataTree.Apply"/>): an ensemble replaces the one step between taking and committing.
/// Owns the order of requests. Whoever holds the server's lock enters. Lives as long as the server. A failed request is an answer,
/// never an exception.
/// </summary>
internal sealed partial class RequestPipeline
{
    private readonly ServerOptions _options;
    private readonly TimeProvider _time;
    private readonly AccessControl _access;
    private readonly OutstandingChanges _changes;
    private readonly RequestPreparer _preparer;
    private readonly ReadExecutor _reads;
    private readonly Dictionary<long, SessionQueue> _queues = [];
    private readonly Queue<Proposal> _underWay = new();
    private readonly List<Proposal> _notTaken = [];
    private readonly long _started;
    private long _lastZxid;
    private long _nextSessionId;

    /// <summary>Begins with a tree and sessions as they were recovered.</summary>
    internal RequestPipeline(DataTree tree, IReadOnlyDictionary<long, int> sessions, ServerOptions options, TimeProvider time)
    {
        (Tree, _options, _time) = (tree, options, time);
        _access = new AccessControl(options.SuperDigest, options.SkipAcl);
        _changes = new OutstandingChanges(tree);
        _preparer = new RequestPreparer(tree, _changes, _access, options);
        _reads = new ReadExecutor(tree, Watches, _access);
        _started = time.GetTimestamp();
        _lastZxid = tree.LastProcessedZxid;
        _nextSessionId = SessionIds.First(options.ServerId, WallClock);
        Sessions = new SessionTable(options.TickTime);
        foreach (var (id, timeout) in sessions)
        {
            Sessions.Add(id, timeout, Now);
            _queues.Add(id, new SessionQueue());

            // The clock may have been put back since: no id twice.
            if (id >> 56 == _nextSessionId >> 56)
            {
                _nextSessionId = Math.Max(_nextSessionId, id + 1);
            }
        }

        tree.Observer = Watches;
    }

    internal DataTree Tree { get; }

    internal SessionTable Sessions { get; }

    internal WatchTable Watches { get; } = new();

    internal AccessControl Access => _access;

    /// <summary>Writes and syncs that are not answered yet.</summary>
    internal int UnderWayCount => _underWay.Count;

    /// <summary>True while there is something for <see cref="TakeProposals"/>.</summary>
    internal bool HasProposals => _notTaken.Count > 0;

    private long Now => (long)_time.GetElapsedTime(_started).TotalMilliseconds;

    private long WallClock => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>A moment of the sessions' clock.</summary>
    internal DateTimeOffset ToWallClock(long milliseconds) => _time.GetUtcNow().AddMilliseconds(milliseconds - Now);

    /// <summary>A client asks for a session, or for its old one. Returns the session's id, 0 when it gets none.</summary>
    internal long Connect(IClientConnection connection, ConnectRequest request)
    {
        if (request.LastZxidSeen > Tree.LastProcessedZxid)
        {
            // It has seen what this server has not: it must not see the tree go back.
            connection.Close();
            return 0;
        }

        var timeout = Math.Clamp(request.TimeOut, _options.MinSessionTimeout, _options.MaxSessionTimeout);
        if (request.SessionId != 0)
        {
            return Resume(connection, request, timeout);
        }

        var id = _nextSessionId++;
        Sessions.Add(id, timeout, Now).IsInProcess = connection.IsInProcess;
        _queues.Add(id, new SessionQueue { Connection = connection });
        Propose(new ClientRequest(connection, id, 0, OpCode.CreateSession, default), OpCode.CreateSession, _ => new CreateSessionTxn { TimeOut = timeout });
        return id;
    }

    /// <summary>A client sent a request.</summary>
    internal void Submit(ClientRequest request)
    {
        if (Sessions.Find(request.SessionId) is not { } session)
        {
            Refuse(request, KeeperError.SessionExpired);
            return;
        }

        var queue = _queues[session.Id];
        if (!ReferenceEquals(queue.Connection, request.Connection))
        {
            Refuse(request, KeeperError.SessionMoved);
            return;
        }

        if (!session.IsClosing)
        {
            Sessions.Touch(session, Now);
        }

        // Also what comes behind the end of the session is answered in its order.
        if (queue.Waiting.Count > 0 || (queue.UnderWay > 0 && (session.IsClosing || !IsWrite(request.Type))))
        {
            queue.Waiting.Enqueue(request);
        }
        else if (session.IsClosing)
        {
            Refuse(request, KeeperError.SessionExpired);
        }
        else
        {
            Process(request, queue);
        }
    }

    /// <summary>A connection is gone; its session lives on until it expires.</summary>
    internal void Disconnect(IClientConnection connection, long sessionId)
    {
        Watches.RemoveAll(connection);
        if (_queues.TryGetValue(sessionId, out var queue) && ReferenceEquals(queue.Connection, connection))
        {
            queue.Connection = null;
        }
    }

    /// <summary>Hands out what was proposed since the last call, in order. All of it must come back to <see cref="Commit"/>.</summary>
    internal void TakeProposals(List<Proposal> into)
    {
        into.AddRange(_notTaken);
        _notTaken.Clear();
    }

    /// <summary>A proposal is durable: it is applied and answered. Proposals come in the order in which they were taken.</summary>
    internal void Commit(Proposal proposal)
    {
        if (!ReferenceEquals(_underWay.Dequeue(), proposal))
        {
            throw new InvalidOperationException("Proposals are committed in their order.");
        }

        TxnResult? result = null;
        SessionQueue? ended = null;
        if (proposal.Header is { } header)
        {
            result = Tree.Apply(header, proposal.Txn);
            _changes.Applied(header.Zxid);
            if ((OpCode)header.Type == OpCode.CloseSession)
            {
                Sessions.Remove(header.ClientId);
                _queues.Remove(header.ClientId, out ended);
            }
        }

        if (proposal.Request is { } request)
        {
            Answer(request, result);
            if (_queues.TryGetValue(request.SessionId, out var queue))
            {
                queue.UnderWay--;
                ProcessWaiting(queue);
            }
        }

        if (ended is not null)
        {
            End(ended, proposal.Request?.Connection);
        }
    }

    /// <summary>Ends the sessions whose time is over. To be called once a tick, or when <see cref="SessionTable.NextExpiry"/> has come.</summary>
    internal void ExpireSessions()
    {
        foreach (var session in Sessions.Expire(Now))
        {
            ProposeOwn(session.Id, OpCode.CloseSession, zxid => _preparer.PrepareClose(session.Id, zxid));
        }
    }

    /// <summary>Proposes to delete containers that lost their last child, and nodes whose time to live is over.</summary>
    internal void CleanUpNodes()
    {
        var now = WallClock;
        foreach (var path in Tree.Containers.Concat(Tree.TtlNodes).ToArray())
        {
            if (_preparer.PrepareCleanup(path, _lastZxid + 1, now) is { } delete)
            {
                ProposeOwn(0, OpCode.DeleteContainer, _ => delete);
            }
        }
    }

    private static bool IsWrite(OpCode type) => type is OpCode.Create or OpCode.Create2 or OpCode.CreateContainer or OpCode.CreateTtl
        or OpCode.Delete or OpCode.DeleteContainer or OpCode.SetData or OpCode.SetAcl or OpCode.Multi or OpCode.Check
        or OpCode.Reconfig or OpCode.CloseSession;

    private long Resume(IClientConnection connection, ConnectRequest request, int timeout)
    {
        if (Sessions.Find(request.SessionId) is not { IsClosing: false } session
            || !SessionIds.PasswordOf(session.Id).AsSpan().SequenceEqual(request.Passwd.GetValueOrDefault().Span))
        {
            connection.OnSession(0, 0);
            return 0;
        }

        var queue = _queues[session.Id];
        queue.Connection?.Close();
        queue.Connection = connection;
        (session.Timeout, session.IsInProcess) = (timeout, connection.IsInProcess);
        Sessions.Touch(session, Now);
        connection.OnSession(session.Id, timeout);
        return session.Id;
    }

    private void Refuse(ClientRequest request, KeeperError error) =>
        request.Connection.Send(request.Xid, Tree.LastProcessedZxid, error, null);

    private void Process(ClientRequest request, SessionQueue queue)
    {
        if (request.Type == OpCode.CloseSession)
        {
            Sessions.Find(request.SessionId)!.IsClosing = true;
            Propose(request, OpCode.CloseSession, zxid => _preparer.PrepareClose(request.SessionId, zxid));
        }
        else if (IsWrite(request.Type))
        {
            var zxid = _lastZxid + 1;
            var time = WallClock;
            var (type, txn) = _preparer.Prepare(request, zxid, time);
            Propose(request, type, _ => txn, time);
        }
        else if (request.Type == OpCode.Sync)
        {
            if (!SyncRequestIsReadable(request))
            {
                request.Connection.Send(request.Xid, Tree.LastProcessedZxid, KeeperError.MarshallingError, null);
            }
            else if (_underWay.Count == 0)
            {
                Answer(request, null);
            }
            else
            {
                queue.UnderWay++;
                Enqueue(new Proposal(null, null, request));
            }
        }
        else
        {
            Read(request);
        }
    }

    private static bool SyncRequestIsReadable(ClientRequest request)
    {
        try
        {
            Jute.Read<SyncRequest>(request.Body);
            return true;
        }
        catch (ProtocolViolationException)
        {
            return false;
        }
    }

    private void Read(ClientRequest request)
    {
        IRecord? body = null;
        var error = KeeperError.Ok;
        try
        {
            body = _reads.Execute(request);
        }
        catch (KeeperException failure)
        {
            error = failure.Error;
        }
        catch (ProtocolViolationException)
        {
            error = KeeperError.MarshallingError;
        }

        // What is no request at all has no place in the order, and ends the connection.
        var isUnknown = error == KeeperError.Unimplemented;
        request.Connection.Send(request.Xid, isUnknown ? -1 : Tree.LastProcessedZxid, error, body);
        if (isUnknown)
        {
            request.Connection.Close();
        }
    }

    private void ProcessWaiting(SessionQueue queue)
    {
        while (queue.Waiting.TryPeek(out var next))
        {
            var isClosing = Sessions.Find(next.SessionId) is not { IsClosing: false };
            if (queue.UnderWay > 0 && (isClosing || !IsWrite(next.Type)))
            {
                return;
            }

            queue.Waiting.Dequeue();
            if (isClosing)
            {
                Refuse(next, KeeperError.SessionExpired);
            }
            else if (!IsWrite(next.Type) && !ReferenceEquals(queue.Connection, next.Connection))
            {
                // Nobody waits for the answer, and a watch for a connection that is gone would stay for ever.
                Refuse(next, KeeperError.SessionMoved);
            }
            else
            {
                Process(next, queue);
            }
        }
    }

    private void Propose(ClientRequest request, OpCode type, Func<long, IRecord> prepare, long? time = null)
    {
        _queues[request.SessionId].UnderWay++;
        Enqueue(NewProposal(request.SessionId, request.Xid, type, prepare, request, time ?? WallClock));
    }

    private void ProposeOwn(long sessionId, OpCode type, Func<long, IRecord> prepare) =>
        Enqueue(NewProposal(sessionId, 0, type, prepare, null, WallClock));

    private Proposal NewProposal(long sessionId, int xid, OpCode type, Func<long, IRecord> prepare, ClientRequest? request, long time)
    {
        var zxid = ++_lastZxid;
        return new Proposal(
            new TxnHeader { ClientId = sessionId, Cxid = xid, Zxid = zxid, Time = time, Type = (int)type }, prepare(zxid), request);
    }

    private void Enqueue(Proposal proposal)
    {
        _underWay.Enqueue(proposal);
        _notTaken.Add(proposal);
    }

    /// <summary>What follows the end of a session, behind the answer to whoever asked for it.</summary>
    private void End(SessionQueue queue, IClientConnection? asked)
    {
        foreach (var waiting in queue.Waiting)
        {
            Refuse(waiting, KeeperError.SessionExpired);
        }

        queue.Connection?.Close();
        asked?.Close();
    }
}

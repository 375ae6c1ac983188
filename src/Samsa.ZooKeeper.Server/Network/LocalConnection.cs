using System.Net;
using Samsa.Protocol.Wire;
using Samsa.ZooKeeper.Local;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server.Authorization;
using Samsa.ZooKeeper.Server.Requests;
using Samsa.ZooKeeper.Server.Sessions;

namespace Samsa.ZooKeeper.Server.Network;

/// <summary>
/// The connection of a client in the same process: no stream, no frames, no loops. To the pipeline it is a connection like any other.
/// Owns the requests that wait for their answers. Any thread sends; answers and events come with the server's lock held. Lives until the
/// session ends, another client takes it over, or the server fails: then what waits is answered with ConnectionLoss.
/// </summary>
internal sealed class LocalConnection : IClientConnection, ILocalSession
{
    private static readonly IReadOnlyList<AclId> Loopback = [IpScheme.IdOf(IPAddress.Loopback)];

    private readonly CoordinationServer _server;
    private readonly ILocalClient _client;
    private readonly Lock _order = new();
    private readonly Queue<LocalRequest> _unanswered = new();
    private int _lastXid;
    private bool _ending;
    private bool _closed;

    private LocalConnection(CoordinationServer server, ILocalClient client) => (_server, _client) = (server, client);

    /// <inheritdoc/>
    public IReadOnlyList<AclId> Identities => Loopback;

    /// <inheritdoc/>
    public bool IsInProcess => true;

    /// <inheritdoc/>
    public long Id { get; private set; }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Password => SessionIds.PasswordOf(Id);

    /// <summary>Begins a session or goes on with one; null when that is over.</summary>
    internal static LocalConnection? Open(CoordinationServer server, ILocalClient client, ConnectRequest request)
    {
        var connection = new LocalConnection(server, client);
        server.Enter(pipeline => connection.Id = pipeline.Connect(connection, request));
        if (connection.Id == 0)
        {
            return null;
        }

        _ = server.Failed.ContinueWith(
            static (_, state) => ((LocalConnection)state!).Lose(), connection, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return connection;
    }

    /// <inheritdoc/>
    public void Send(IReadOnlyList<LocalRequest> requests)
    {
        // The bytes of all of them in one array.
        var ends = new int[requests.Count];
        byte[] bytes;
        using (var writer = new WireWriter(4096))
        {
            for (var i = 0; i < ends.Length; i++)
            {
                requests[i].Write(writer);
                ends[i] = writer.Position;
            }

            bytes = writer.ToArray();
        }

        lock (_order)
        {
            var sent = new ClientRequest[ends.Length];
            lock (_unanswered)
            {
                for (int i = 0, from = 0; i < sent.Length && !_closed; from = ends[i++])
                {
                    _unanswered.Enqueue(requests[i]);
                    sent[i] = new ClientRequest(this, Id, ++_lastXid, requests[i].Type, bytes.AsMemory(from, ends[i] - from));
                }
            }

            if (sent is [null, ..])
            {
                FailAll(requests);
            }
            else
            {
                _server.Submit(sent);
            }
        }
    }

    /// <inheritdoc/>
    public Task EndAsync()
    {
        var end = new EndOfSession();
        lock (_unanswered)
        {
            _ending = true;
        }

        Send([end]);
        return end.Answered;
    }

    /// <inheritdoc/>
    public void Send(int xid, long zxid, KeeperError error, IRecord? body)
    {
        LocalRequest? request;
        lock (_unanswered)
        {
            // After the end nobody waits for what was on its way.
            if (!_unanswered.TryDequeue(out request))
            {
                return;
            }
        }

        request.Answer(error, body);
    }

    /// <inheritdoc/>
    public void OnEvent(WatchEventType type, string path, long zxid, List<Acl> acl)
    {
        if (_server.Pipeline.Access.Allows(acl, AclPermissions.Read, Loopback))
        {
            _client.OnEvent(type, path);
        }
    }

    /// <inheritdoc/>
    public void OnSession(long sessionId, int timeout)
    {
        // The answers to the requests tell what became of it.
    }

    /// <inheritdoc/>
    public void Close()
    {
        LocalRequest[] lost;
        bool expected;
        lock (_unanswered)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
            expected = _ending;
            lost = [.. _unanswered];
            _unanswered.Clear();
        }

        _server.Pipeline.Watches.RemoveAll(this);
        FailAll(lost);
        if (!expected)
        {
            _client.OnClosed();
        }
    }

    private static void FailAll(IReadOnlyList<LocalRequest> requests)
    {
        for (var i = 0; i < requests.Count; i++)
        {
            requests[i].Answer(KeeperError.ConnectionLoss, null);
        }
    }

    private void Lose() => _server.Enter(_ => Close());

    /// <summary>The last request of a session.</summary>
    private sealed class EndOfSession : LocalRequest
    {
        private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override OpCode Type => OpCode.CloseSession;

        internal Task Answered => _answered.Task;

        public override void Write(WireWriter writer)
        {
            // It has nothing to say.
        }

        public override void Answer(KeeperError error, IRecord? body) => _answered.TrySetResult();
    }
}

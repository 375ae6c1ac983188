using System.Text;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server;
using Samsa.ZooKeeper.Server.Requests;
using Samsa.ZooKeeper.Server.Tree;
using Samsa.ZooKeeper.Wire;
using Xunit;

namespace Samsa.UnitTests.ZooKeeper.Requests;

/// <summary>A pipeline without log and sockets: proposals are committed when a test says so.</summary>
internal sealed class PipelineBench
{
    private readonly List<Proposal> _taken = [];
    private int _nextXid;

    public PipelineBench(ServerOptions? options = null, DataTree? tree = null, Dictionary<long, int>? sessions = null)
    {
        options ??= new ServerOptions();
        Pipeline = new RequestPipeline(tree ?? new DataTree(options.ExtendedTypesEnabled), sessions ?? [], options, Time);
    }

    public ManualTimeProvider Time { get; } = new();

    public RequestPipeline Pipeline { get; }

    public static List<Acl> Open => [AclCache.World(AclPermissions.All)];

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public FakeConnection Connect(int timeout = 10_000)
    {
        var connection = new FakeConnection();
        Pipeline.Connect(connection, new ConnectRequest { TimeOut = timeout, Passwd = new byte[16] });
        Commit();
        Assert.True(connection.SessionId > 0);
        return connection;
    }

    /// <summary>Sends without committing; returns the xid.</summary>
    public int Submit(FakeConnection connection, OpCode type, IRecord? body)
    {
        var xid = ++_nextXid;
        Pipeline.Submit(new ClientRequest(connection, connection.SessionId, xid, type, body is null ? default : Jute.ToBytes(body)));
        return xid;
    }

    /// <summary>Sends, commits, and returns the answer.</summary>
    public (KeeperError Error, IRecord? Body) Ask(FakeConnection connection, OpCode type, IRecord? body)
    {
        var xid = Submit(connection, type, body);
        Commit();
        var (answered, _, error, answer) = connection.Answers[^1];
        Assert.Equal(xid, answered);
        return (error, answer);
    }

    public KeeperError Create(FakeConnection connection, string path, string data = "", CreateMode mode = CreateMode.Persistent, List<Acl>? acl = null) =>
        Ask(connection, OpCode.Create, CreateRequest(path, data, mode, acl)).Error;

    public static CreateRequest CreateRequest(string path, string data = "", CreateMode mode = CreateMode.Persistent, List<Acl>? acl = null) =>
        new() { Path = path, Data = Bytes(data), Acl = acl ?? Open, Flags = (int)mode };

    public Stat? Stat(FakeConnection connection, string path) =>
        (Ask(connection, OpCode.Exists, new ExistsRequest { Path = path }).Body as ExistsResponse)?.Stat;

    /// <summary>Commits all that was proposed; returns what it was.</summary>
    public List<Proposal> Commit()
    {
        _taken.Clear();
        Pipeline.TakeProposals(_taken);
        foreach (var proposal in _taken)
        {
            Pipeline.Commit(proposal);
        }

        return [.. _taken];
    }
}

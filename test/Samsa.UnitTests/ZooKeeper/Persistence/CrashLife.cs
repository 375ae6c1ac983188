using System.Globalization;
using Samsa.UnitTests.ZooKeeper.Requests;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server.Persistence;
using Samsa.ZooKeeper.Server.Sessions;
using Samsa.ZooKeeper.Server.Tree;
using Xunit;

namespace Samsa.UnitTests.ZooKeeper.Persistence;

/// <summary>
/// One random life of a server: sessions come and go, write in flocks, snapshots are taken while the tree changes, old files are
/// purged, and the power goes at any change of the disk. After each cut a server starts on what is left, and must have every
/// transaction that was answered, maybe some that were not, and of each all or nothing: the state of the model after exactly as
/// many transactions.
/// </summary>
internal sealed class CrashLife(int seed) : IDisposable
{
    private readonly Random _random = new(seed);
    private readonly List<Action<PlainModel>> _history = [];
    private readonly Dictionary<int, long> _sessionIds = [];
    private readonly Dictionary<int, FakeConnection> _clients = [];
    private TestServer _server = new(new MemoryDisk());
    private PlainModel _model = new();
    private SnapshotWriter? _snapshot;
    private int _sessions;
    private long _answered;

    public int Cuts { get; private set; }

    public int Snapshots { get; private set; }

    /// <exception cref="Xunit.Sdk.XunitException">A promise was broken.</exception>
    public void Run(int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            switch (_random.Next(20))
            {
                case 0:
                    OpenSession();
                    break;
                case 1 when _clients.Count > 0:
                    CloseSession(_clients.Keys.ElementAt(_random.Next(_clients.Count)));
                    break;
                case 2:
                    _snapshot ??= _server.BeginSnapshot();
                    break;
                case 3:
                    _server.Roll();
                    break;
                case 4:
                    _server.Purge();
                    break;
                case 5:
                    PowerCut();
                    break;
                default:
                    Write();
                    break;
            }

            GoOnWithSnapshot();
        }

        PowerCut();
    }

    public void Dispose()
    {
        _snapshot?.Dispose();
        _server.Dispose();
    }

    private static string Path(int number) => number switch
    {
        < 4 => $"/{number}",
        < 12 => $"/{number % 4}/{number}",
        _ => $"/{number % 4}/{4 + (number % 8)}/{number}",
    };

    private void OpenSession()
    {
        var client = new FakeConnection();
        var session = ++_sessions;
        _server.Bench.Pipeline.Connect(client, new ConnectRequest { TimeOut = 10_000 });
        Do(model => model.OpenSession(session));
        Commit();
        _clients.Add(session, client);
        _sessionIds.Add(session, client.SessionId);
    }

    private void CloseSession(int session)
    {
        _server.Bench.Submit(_clients[session], OpCode.CloseSession, null);
        Do(model => model.CloseSession(session));
        Commit();
        _clients.Remove(session);
    }

    private void Write()
    {
        if (_clients.Count == 0)
        {
            OpenSession();
        }

        var expected = new List<(FakeConnection Client, int Xid, KeeperError Error, string? Path)>();
        for (var count = _random.Next(1, 8); count > 0; count--)
        {
            var session = _clients.Keys.ElementAt(_random.Next(_clients.Count));
            expected.Add(WriteOnce(session, _clients[session]));
        }

        Commit();
        foreach (var (client, xid, error, path) in expected)
        {
            var answer = client.Answers.Single(answer => answer.Xid == xid);
            Assert.Equal(error, answer.Error);
            if (path is not null && error == KeeperError.Ok)
            {
                Assert.Equal(path, ((CreateResponse)answer.Body!).Path);
            }
        }
    }

    private (FakeConnection Client, int Xid, KeeperError Error, string? Path) WriteOnce(int session, FakeConnection client)
    {
        var bench = _server.Bench;
        var path = Path(_random.Next(20));
        var other = Path(_random.Next(20));
        var data = new string((char)('a' + _random.Next(26)), _random.Next(200));
        var version = _random.Next(3) - 1;
        switch (_random.Next(10))
        {
            case < 5:
                var mode = (CreateMode)_random.Next(4);
                var xid = bench.Submit(client, OpCode.Create, PipelineBench.CreateRequest(path, data, mode));
                var (ephemeral, sequential) = (((int)mode & 1) != 0, ((int)mode & 2) != 0);
                var made = Do(model => model.Create(session, path, data, ephemeral, sequential));
                return (client, xid, made.Error, made.Path);
            case < 7:
                return (client, bench.Submit(client, OpCode.Delete, new DeleteRequest { Path = path, Version = version }),
                    Do(model => model.Delete(path, version)), null);
            case 7:
                var set = new SetDataRequest { Path = path, Data = PipelineBench.Bytes(data), Version = version };
                return (client, bench.Submit(client, OpCode.SetData, set), Do(model => model.SetData(path, data, version)), null);
            case 8:
                // Everything but one of the upper bits, so that lists of ACLs come and go.
                var permissions = 31 - (_random.Next(2) * 16) - (_random.Next(2) * 8);
                var acl = new List<Acl> { new() { Perms = permissions | 31, Id = new AclId { Scheme = "ip", Id = "10.0.0." + permissions } } };
                acl.Add(PipelineBench.Open[0]);
                return (client, bench.Submit(client, OpCode.SetAcl, new SetAclRequest { Path = path, Acl = acl, Version = -1 }),
                    Do(model => model.SetAcl(path, permissions)), null);
            default:
                var multi = new MultiRequest(
                [
                    (OpCode.Create, PipelineBench.CreateRequest(path, "multi")),
                    (OpCode.SetData, new SetDataRequest { Path = other, Data = PipelineBench.Bytes("multi"), Version = version }),
                ]);
                var number = bench.Submit(client, OpCode.Multi, multi);
                Do(model => model.CreateAndSet(path, other, version));
                return (client, number, KeeperError.Ok, null);
        }
    }

    private void Do(Action<PlainModel> change)
    {
        _history.Add(change);
        change(_model);
    }

    private T Do<T>(Func<PlainModel, T> change)
    {
        _history.Add(model => change(model));
        return change(_model);
    }

    /// <summary>Logs and commits what is under way; at times the power goes before, at or after any change of the disk.</summary>
    private void Commit()
    {
        _server.Disk.BeforeChange = _ =>
        {
            if (_random.Next(40) == 0)
            {
                CheckCut();
            }
        };
        var batch = _server.Log();
        _server.Disk.BeforeChange = null;
        foreach (var proposal in batch)
        {
            _server.Bench.Pipeline.Commit(proposal);
            _answered = _server.Bench.Pipeline.Tree.LastProcessedZxid;
            GoOnWithSnapshot();
        }
    }

    private void GoOnWithSnapshot()
    {
        if (_snapshot is null || _random.Next(3) > 0)
        {
            return;
        }

        if (_snapshot.CopyNodes(_random.Next(1, 4)))
        {
            _snapshot.WriteOut();
            return;
        }

        _server.Disk.BeforeChange = _ => CheckCut();
        _snapshot.Finish();
        _server.Disk.BeforeChange = null;
        _snapshot.Dispose();
        _snapshot = null;
        Snapshots++;
    }

    /// <summary>Looks at what a cut at this moment would leave, and goes on as if it had not been.</summary>
    private void CheckCut()
    {
        using var server = new TestServer(_server.Disk.Cut(_random));
        Check(server);
    }

    private void PowerCut()
    {
        _snapshot?.Dispose();
        _snapshot = null;
        _server.Dispose();
        _server = new TestServer(_server.Disk.Cut(_random));
        Check(_server);

        // What was not answered may be gone: the clients' sessions go on, and the history ends where the tree does.
        var zxid = (int)_server.Recovered.Tree.LastProcessedZxid;
        _history.RemoveRange(zxid, _history.Count - zxid);
        _model = ModelAt(zxid);
        _answered = zxid;
        foreach (var session in _clients.Keys.ToArray())
        {
            var client = new FakeConnection();
            _server.Bench.Pipeline.Connect(client, new ConnectRequest
            {
                SessionId = _sessionIds[session],
                Passwd = SessionIds.PasswordOf(_sessionIds[session]),
                TimeOut = 10_000,
            });
            Assert.Equal(_sessionIds[session], client.SessionId);
            _clients[session] = client;
        }
    }

    private void Check(TestServer server)
    {
        Cuts++;
        var tree = server.Recovered.Tree;
        Assert.InRange(tree.LastProcessedZxid, _answered, _history.Count);
        var model = ModelAt((int)tree.LastProcessedZxid);
        Assert.Equal(model.OpenSessions.Count, server.Recovered.Sessions.Count);
        Assert.Equal(
            model.Nodes.Where(node => node.Key.Length > 0).Select(Describe),
            tree.Nodes.Where(node => node.Key.Length > 1 && !node.Key.StartsWith("/zookeeper", StringComparison.Ordinal))
                .OrderBy(node => node.Key, StringComparer.Ordinal).Select(node => Describe(node.Key, node.Value, tree)));
        var parents = tree.Nodes.Keys.Where(path => path.Length > 1).CountBy(NodePath.ParentOf).ToDictionary();
        Assert.All(tree.Nodes, node => Assert.Equal(parents.GetValueOrDefault(node.Key), node.Value.ChildCount));
        Assert.Equal(model.Nodes[""].Created, tree.Find("/")!.Stat.Cversion);
        Assert.Equal(model.Nodes[""].Pzxid, tree.Find("/")!.Stat.Pzxid);
    }

    private string Describe(KeyValuePair<string, ModelNode> entry)
    {
        var node = entry.Value;
        var owner = node.Owner == 0 ? 0 : _sessionIds[node.Owner];
        return $"{entry.Key} {node.Data} v{node.Version} a{node.Aversion} c{node.Created} {node.Czxid} {node.Mzxid} {node.Pzxid} {owner:x} {node.Permissions}";
    }

    private static string Describe(string path, Samsa.ZooKeeper.Server.Tree.DataNode node, Samsa.ZooKeeper.Server.Tree.DataTree tree)
    {
        var stat = node.Stat;
        var first = tree.AclOf(node)[0];
        var permissions = first.Id.Scheme == "world" ? first.Perms.ToString(CultureInfo.InvariantCulture) : first.Id.Id["10.0.0.".Length..];
        return $"{path} {System.Text.Encoding.UTF8.GetString(node.Data ?? [])} v{stat.Version} a{stat.Aversion} c{stat.Cversion} "
            + $"{stat.Czxid} {stat.Mzxid} {stat.Pzxid} {stat.EphemeralOwner:x} {permissions}";
    }

    private PlainModel ModelAt(int zxid)
    {
        var model = new PlainModel();
        foreach (var change in _history.Take(zxid))
        {
            change(model);
        }

        return model;
    }
}

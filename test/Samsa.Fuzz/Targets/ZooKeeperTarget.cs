using Samsa.Fuzz.Engine;
using Samsa.Fuzz.Records;
using Samsa.Protocol.Wire;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server;
using Samsa.ZooKeeper.Server.Requests;
using Samsa.ZooKeeper.Server.Transactions;
using Samsa.ZooKeeper.Server.Tree;
using Samsa.ZooKeeper.Wire;

namespace Samsa.Fuzz.Targets;

/// <summary>
/// Requests of a ZooKeeper client, through the server's pipeline without sockets and files. An input is a list of frames of one session.
/// Promises: every request is answered once and in its order, or ends the connection; nothing but a protocol violation of a header is
/// thrown; what would be logged can be read again; a node that others may only read keeps its data; an answer can be written.
/// </summary>
public sealed class ZooKeeperTarget : IFuzzTarget
{
    private const string Witness = "/witness";

    private static readonly string[] Paths =
        ["/", "/a", "/a/b", "/a/b/c", "/zookeeper", "/zookeeper/quota/a/zookeeper_limits", "/zookeeper/quota/a/zookeeper_stats", Witness, "", "a", "/a/", "/a//b", "/a/../b", "/\u0001"];

    private static readonly OpCode[] Types = [.. Enum.GetValues<OpCode>(), (OpCode)999];

    private readonly List<byte[]> _history = [];
    private RequestPipeline? _pipeline;
    private FuzzClient _client = new();

    public string Name => "zookeeper";

    private RequestPipeline Pipeline => _pipeline ?? throw new InvalidOperationException("Reset comes first.");

    public IEnumerable<byte[]> Seeds(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        foreach (var type in Types)
        {
            for (var i = 0; i < 4; i++)
            {
                yield return RequestInput.Join([Frame(OpCode.Create, random), Frame(type, random), Frame(type, random), Frame(OpCode.GetChildren2, random)]);
            }
        }
    }

    public byte[] Mutate(byte[] input, byte[] other, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var frames = RequestInput.Frames(input);
        var others = RequestInput.Frames(other);
        switch (random.Next(6))
        {
            case 0:
                frames.Insert(random.Next(frames.Count + 1), Frame(Types[random.Next(Types.Length)], random));
                break;
            case 1 when frames.Count > 1:
                frames.RemoveAt(random.Next(frames.Count));
                break;
            case 2 when frames.Count > 0 && others.Count > 0:
                frames[random.Next(frames.Count)] = others[random.Next(others.Count)];
                break;
            case 3 when others.Count > 0:
                frames.AddRange(others);
                break;
            default:
                if (frames.Count > 0)
                {
                    var at = random.Next(frames.Count);
                    frames[at] = ByteEdits.Apply(frames[at], random);
                }

                break;
        }

        return RequestInput.Join(frames.Take(40));
    }

    public void Execute(byte[] input, Behaviour seen)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(seen);
        _history.Add(input);
        _client = Connect();
        var asked = new List<(int Xid, OpCode Type)>();
        foreach (var frame in RequestInput.Frames(input))
        {
            if (_client.IsClosed || !Submit(frame, asked, seen))
            {
                break;
            }

            if (frame.Length % 3 != 0)
            {
                Commit();
            }
        }

        Commit();
        CheckAnswers(asked, seen);
        Pipeline.Disconnect(_client, _client.SessionId);
        var witness = Pipeline.Tree.Find(Witness)?.Data;
        if (witness is not [1, 2, 3])
        {
            throw new FindingException("witness", "A node that the client may only read has changed");
        }
    }

    public long AllocationBound(byte[] input) => (16L << 20) + (200L * input.Length);

    public void Reset()
    {
        _history.Clear();
        var options = new ServerOptions { ExtendedTypesEnabled = true, EnforceQuota = true };
        _pipeline = new RequestPipeline(new DataTree(extendedTypes: true), new Dictionary<long, int>(), options, TimeProvider.System);
        var owner = Connect();
        var create = new CreateRequest
        {
            Path = Witness,
            Data = new byte[] { 1, 2, 3 },
            Acl = [new Acl { Perms = 1, Id = new AclId { Scheme = "world", Id = "anyone" } }],
        };
        _pipeline.Submit(new ClientRequest(owner, owner.SessionId, 1, OpCode.Create, Jute.ToBytes(create)));

        // Nor may a child of the root be deleted: that is a permission of the root.
        var close = new SetAclRequest { Path = "/", Acl = [new Acl { Perms = 7, Id = new AclId { Scheme = "world", Id = "anyone" } }], Version = -1 };
        _pipeline.Submit(new ClientRequest(owner, owner.SessionId, 2, OpCode.SetAcl, Jute.ToBytes(close)));
        Commit();
    }

    public byte[] History() => RequestInput.Join(_history.SelectMany(input => RequestInput.Frames(input)));

    public void Dispose()
    {
    }

    private static byte[] Frame(OpCode type, Random random)
    {
        using var writer = new WireWriter();
        new RequestHeader { Xid = random.Next(5), Type = (int)type }.Write(writer);
        if (type is OpCode.Multi or OpCode.MultiRead)
        {
            for (var i = random.Next(4); i >= 0; i--)
            {
                var part = type == OpCode.MultiRead ? OpCode.GetData : (OpCode)random.Next(1, 22);
                new MultiHeader { Type = (int)part, Err = -1 }.Write(writer);
                Body(part, random)?.Write(writer);
            }

            new MultiHeader { Type = -1, Done = true, Err = -1 }.Write(writer);
        }
        else
        {
            Body(type, random)?.Write(writer);
        }

        return writer.ToArray();
    }

    private static IRecord? Body(OpCode type, Random random)
    {
        var path = Paths[random.Next(Paths.Length)];
        var version = random.Next(-1, 3);
        var watch = random.Next(2) == 0;
        var data = new byte[random.Next(40)];
        List<Acl> acl = [new() { Perms = random.Next(32), Id = new AclId { Scheme = random.Next(2) == 0 ? "world" : "auth", Id = "anyone" } }];
        return type switch
        {
            OpCode.Create or OpCode.Create2 or OpCode.CreateContainer => new CreateRequest { Path = path, Data = data, Acl = acl, Flags = random.Next(-1, 8) },
            OpCode.CreateTtl => new CreateTtlRequest { Path = path, Data = data, Acl = acl, Flags = random.Next(4, 8), Ttl = random.Next(-1, 1000) },
            OpCode.Delete => new DeleteRequest { Path = path, Version = version },
            OpCode.DeleteContainer => new DeleteContainerRequest { Path = path },
            OpCode.Exists => new ExistsRequest { Path = path, Watch = watch },
            OpCode.GetData => new GetDataRequest { Path = path, Watch = watch },
            OpCode.SetData => new SetDataRequest { Path = path, Data = data, Version = version },
            OpCode.GetAcl => new GetAclRequest { Path = path },
            OpCode.SetAcl => new SetAclRequest { Path = path == "/" ? "/a" : path, Acl = acl, Version = version },
            OpCode.GetChildren or OpCode.GetChildren2 => new GetChildrenRequest { Path = path, Watch = watch },
            OpCode.Sync => new SyncRequest { Path = path },
            OpCode.Check => new CheckVersionRequest { Path = path, Version = version },
            OpCode.GetEphemerals => new GetEphemeralsRequest { PrefixPath = path },
            OpCode.GetAllChildrenNumber => new GetAllChildrenNumberRequest { Path = path },
            OpCode.AddWatch => new AddWatchRequest { Path = path, Mode = random.Next(3) },
            OpCode.CheckWatches => new CheckWatchesRequest { Path = path, Type = random.Next(5) },
            OpCode.RemoveWatches => new RemoveWatchesRequest { Path = path, Type = random.Next(5) },
            OpCode.SetWatches => new SetWatches { RelativeZxid = random.Next(9), DataWatches = [path], ExistWatches = [path], ChildWatches = [path] },
            OpCode.SetWatches2 => new SetWatches2
            {
                RelativeZxid = random.Next(9),
                DataWatches = [path],
                ExistWatches = [],
                ChildWatches = [path],
                PersistentWatches = [path],
                PersistentRecursiveWatches = [path],
            },
            _ => null,
        };
    }

    private FuzzClient Connect()
    {
        var client = new FuzzClient();
        Pipeline.Connect(client, new ConnectRequest { TimeOut = 10_000, Passwd = new byte[16] });
        Commit();
        return client;
    }

    /// <summary>As the connection does it; false where it would end.</summary>
    private bool Submit(byte[] frame, List<(int Xid, OpCode Type)> asked, Behaviour seen)
    {
        RequestHeader header;
        int bodyAt;
        try
        {
            var reader = new WireReader(frame);
            header = Jute.Read<RequestHeader>(ref reader);
            bodyAt = reader.Position;
        }
        catch (ProtocolViolationException)
        {
            seen.Note("no header");
            return false;
        }

        // The root stays closed, or the witness could be deleted by right.
        if ((OpCode)header.Type == OpCode.Auth || ((OpCode)header.Type == OpCode.SetAcl && NamesRoot(frame.AsMemory(bodyAt))))
        {
            return true;
        }

        asked.Add((header.Xid, (OpCode)header.Type));
        Pipeline.Submit(new ClientRequest(_client, _client.SessionId, header.Xid, (OpCode)header.Type, frame.AsMemory(bodyAt)));
        return (OpCode)header.Type != OpCode.CloseSession;
    }

    private static bool NamesRoot(ReadOnlyMemory<byte> body)
    {
        try
        {
            return Jute.Read<SetAclRequest>(body).Path == "/";
        }
        catch (ProtocolViolationException)
        {
            return false;
        }
    }

    private void Commit()
    {
        // What waited for a write may be one.
        var proposals = new List<Proposal>();
        while (Pipeline.HasProposals)
        {
            proposals.Clear();
            Pipeline.TakeProposals(proposals);
            foreach (var proposal in proposals)
            {
                CheckLogged(proposal);
                Pipeline.Commit(proposal);
            }
        }
    }

    private static void CheckLogged(Proposal proposal)
    {
        if (proposal.Header is not { } header)
        {
            return;
        }

        using var writer = new WireWriter();
        TxnCodec.Write(writer, header, proposal.Txn);
        var logged = writer.ToArray();
        var (again, txn) = TxnCodec.Read(logged);
        using var second = new WireWriter();
        TxnCodec.Write(second, again, txn);
        if (!second.ToArray().AsSpan().SequenceEqual(logged))
        {
            throw new FindingException("log", $"A transaction of the type {(OpCode)header.Type} is not what is read again");
        }
    }

    private void CheckAnswers(List<(int Xid, OpCode Type)> asked, Behaviour seen)
    {
        var answers = _client.Answers;
        if (answers.Count > asked.Count || (answers.Count < asked.Count && !_client.IsClosed))
        {
            throw new FindingException("answers", $"{asked.Count} requests have {answers.Count} answers");
        }

        for (var i = 0; i < answers.Count; i++)
        {
            var (xid, error, body) = answers[i];
            if (xid != asked[i].Xid)
            {
                throw new FindingException("order", $"Answer {i} is to request {xid} and should be to {asked[i].Xid}");
            }

            if (!Enum.IsDefined(error))
            {
                throw new FindingException("error", $"The error {(int)error} is none");
            }

            seen.Note(asked[i].Type.ToString(), (long)error);
            if (body is not null)
            {
                seen.NoteSize("answer " + asked[i].Type, Jute.ToBytes(body).Length);
            }
        }

        seen.NoteSize("events", _client.Events);
    }
}

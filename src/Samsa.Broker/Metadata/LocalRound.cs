using Samsa.Broker.Metadata.Znodes;
using Samsa.Protocol.Wire;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Local;
using Samsa.ZooKeeper.Records;

namespace Samsa.Broker.Metadata;

/// <summary>
/// A round on its way to a server in the same process. Owns the count of what is not answered; the outcomes go into the round. Answers
/// come with the server's lock held, one at a time.
/// </summary>
internal sealed class LocalRound
{
    private static readonly List<Acl> Open = [.. Acls.OpenUnsafe];

    private readonly ZnodeRound _round;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _unanswered;

    private LocalRound(ZnodeRound round) => _round = round;

    /// <summary>Sends all of a round at once; returns when all is answered.</summary>
    public static Task Send(ILocalSession session, ZnodeRound round)
    {
        var sent = new LocalRound(round);
        var requests = new List<LocalRequest>(round.Writes.Count + round.Reads.Count);
        foreach (var write in round.Writes)
        {
            requests.Add(new WriteRequest(sent, write));
        }

        foreach (var read in round.Reads)
        {
            // Reading a node that is not there would leave no watch: asking whether it exists does.
            if (read is { Watches: true, WantsChildren: false })
            {
                requests.Add(new WatchRequest(sent, read.Path));
            }

            requests.Add(new ReadRequest(sent, read));
        }

        sent._unanswered = requests.Count;
        session.Send(requests);
        return sent._done.Task;
    }

    private void Answered(bool isLost)
    {
        if (isLost)
        {
            _round.IsLost = true;
        }

        if (Interlocked.Decrement(ref _unanswered) == 0)
        {
            _done.SetResult();
        }
    }

    private static OpCode TypeOf(ZnodeOperationKind kind) => kind switch
    {
        ZnodeOperationKind.Check => OpCode.Check,
        ZnodeOperationKind.Set => OpCode.SetData,
        ZnodeOperationKind.Delete => OpCode.Delete,
        _ => OpCode.Create,
    };

    private static IRecord RecordOf(ZnodeOperation operation) => operation.Kind switch
    {
        ZnodeOperationKind.Check => new CheckVersionRequest { Path = operation.Path, Version = operation.Version },
        ZnodeOperationKind.Set => new SetDataRequest { Path = operation.Path, Data = operation.Data, Version = operation.Version },
        ZnodeOperationKind.Delete => new DeleteRequest { Path = operation.Path, Version = operation.Version },
        _ => new CreateRequest
        {
            Path = operation.Path,
            Data = operation.Data is { } data ? data : default(ReadOnlyMemory<byte>?),
            Acl = Open,
            Flags = (int)(operation.Kind switch
            {
                ZnodeOperationKind.CreateEphemeral => CreateMode.Ephemeral,
                ZnodeOperationKind.CreateSequential => CreateMode.PersistentSequential,
                _ => CreateMode.Persistent,
            }),
        },
    };

    private sealed class WriteRequest(LocalRound round, ZnodeWrite write) : LocalRequest
    {
        public override OpCode Type => write.Operations.Count > 1 ? OpCode.Multi : TypeOf(write.Operations[0].Kind);

        public override void Write(WireWriter writer)
        {
            if (write.Operations.Count == 1)
            {
                RecordOf(write.Operations[0]).Write(writer);
                return;
            }

            foreach (var operation in write.Operations)
            {
                new MultiHeader { Type = (int)TypeOf(operation.Kind), Err = -1 }.Write(writer);
                RecordOf(operation).Write(writer);
            }

            new MultiHeader { Type = -1, Done = true, Err = -1 }.Write(writer);
        }

        public override void Answer(KeeperError error, IRecord? body)
        {
            write.Error = error;
            if (body is MultiResponse multi)
            {
                write.Error = multi.Error;
                body = multi.Parts.Count > 0 ? multi.Parts[^1].Body : null;
            }

            if (write.IsOk)
            {
                switch (body)
                {
                    case SetDataResponse set:
                        (write.Version, write.Czxid) = (set.Stat.Version, set.Stat.Czxid);
                        break;
                    case CreateResponse created when write.Operations.Count == 1:
                        write.CreatedPath = created.Path;
                        break;
                }
            }

            round.Answered(ZnodeRound.IsLoss(write.Error));
        }
    }

    private sealed class ReadRequest(LocalRound round, ZnodeRead read) : LocalRequest
    {
        public override OpCode Type => read.WantsChildren ? OpCode.GetChildren : OpCode.GetData;

        public override void Write(WireWriter writer)
        {
            IRecord request = read.WantsChildren
                ? new GetChildrenRequest { Path = read.Path, Watch = read.Watches }
                : new GetDataRequest { Path = read.Path };
            request.Write(writer);
        }

        public override void Answer(KeeperError error, IRecord? body)
        {
            read.Error = error;
            switch (body)
            {
                case GetChildrenResponse list:
                    read.Children = list.Children;
                    break;
                case GetDataResponse node:
                    (read.Data, read.Version, read.Czxid) = (node.Data, node.Stat.Version, node.Stat.Czxid);
                    (read.CreatedAt, read.EphemeralOwner) = (node.Stat.Ctime, node.Stat.EphemeralOwner);
                    break;
            }

            round.Answered(ZnodeRound.IsUnread(error));
        }
    }

    /// <summary>Sets a watch, whether the node is there or not.</summary>
    private sealed class WatchRequest(LocalRound round, string path) : LocalRequest
    {
        public override OpCode Type => OpCode.Exists;

        public override void Write(WireWriter writer) => new ExistsRequest { Path = path, Watch = true }.Write(writer);

        public override void Answer(KeeperError error, IRecord? body) => round.Answered(ZnodeRound.IsUnread(error));
    }
}

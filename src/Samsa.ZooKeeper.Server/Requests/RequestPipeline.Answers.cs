using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server.Tree;
using Samsa.ZooKeeper.Wire;

namespace Samsa.ZooKeeper.Server.Requests;

/// <summary>The last stage: what a client is told about a write.</summary>
internal sealed partial class RequestPipeline
{
    private void Answer(ClientRequest request, TxnResult? result)
    {
        var connection = request.Connection;
        var zxid = Tree.LastProcessedZxid;
        switch (request.Type)
        {
            case OpCode.CreateSession:
                var session = Sessions.Find(request.SessionId);
                connection.OnSession(session?.Id ?? 0, session?.Timeout ?? 0);
                break;
            case OpCode.Sync:
                connection.Send(request.Xid, zxid, KeeperError.Ok, new SyncResponse { Path = Jute.Read<SyncRequest>(request.Body).Path });
                break;
            default:
                connection.Send(request.Xid, zxid, result!.Error, result.Error == KeeperError.Ok ? BodyOf(request.Type, result) : null);
                break;
        }
    }

    private static IRecord? BodyOf(OpCode type, TxnResult result)
    {
        switch (type)
        {
            case OpCode.Create:
                return new CreateResponse { Path = result.Path! };
            case OpCode.Create2 or OpCode.CreateContainer or OpCode.CreateTtl:
                return new Create2Response { Path = result.Path!, Stat = result.Stat! };
            case OpCode.SetData:
                return new SetDataResponse { Stat = result.Stat! };
            case OpCode.SetAcl:
                return new SetAclResponse { Stat = result.Stat! };
            case OpCode.Multi:
                var response = new MultiResponse();
                foreach (var part in result.Parts!)
                {
                    if (part.Type == OpCode.Error)
                    {
                        response.AddError(part.Error);
                    }
                    else
                    {
                        response.Add(TypeInMulti(part.Type), BodyOf(part.Type, part));
                    }
                }

                return response;
            default:
                return null;
        }
    }

    /// <summary>In the results of a multi a container or TTL node looks like any other that came with its stat.</summary>
    private static OpCode TypeInMulti(OpCode type) => type is OpCode.CreateContainer or OpCode.CreateTtl ? OpCode.Create2
        : type == OpCode.DeleteContainer ? OpCode.Delete
        : type;
}

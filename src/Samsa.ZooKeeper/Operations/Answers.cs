using Samsa.Protocol.Wire;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Wire;

namespace Samsa.ZooKeeper.Operations;

/// <summary>How the bodies of answers are read.</summary>
internal static class Answers
{
    internal static readonly AnswerReader<None> Nothing = (ref WireReader _, Chroot _, ref KeeperError _) => default;

    internal static readonly AnswerReader<CreatedNode> Created = (ref WireReader reader, Chroot chroot, ref KeeperError _) =>
        new(chroot.ToClient(Jute.Read<CreateResponse>(ref reader).Path), null);

    internal static readonly AnswerReader<CreatedNode> CreatedWithStat = (ref WireReader reader, Chroot chroot, ref KeeperError _) =>
    {
        var answer = Jute.Read<Create2Response>(ref reader);
        return new(chroot.ToClient(answer.Path), answer.Stat);
    };

    internal static readonly AnswerReader<Stat?> Exists = (ref WireReader reader, Chroot _, ref KeeperError _) =>
        Jute.Read<ExistsResponse>(ref reader).Stat;

    internal static readonly AnswerReader<NodeData> Data = (ref WireReader reader, Chroot _, ref KeeperError _) =>
    {
        var answer = Jute.Read<GetDataResponse>(ref reader);
        return new(answer.Data, answer.Stat);
    };

    internal static readonly AnswerReader<Stat> DataSet = (ref WireReader reader, Chroot _, ref KeeperError _) =>
        Jute.Read<SetDataResponse>(ref reader).Stat;

    internal static readonly AnswerReader<IReadOnlyList<string>> Names = (ref WireReader reader, Chroot _, ref KeeperError _) =>
        Jute.Read<GetChildrenResponse>(ref reader).Children;

    internal static readonly AnswerReader<NodeChildren> Children = (ref WireReader reader, Chroot _, ref KeeperError _) =>
    {
        var answer = Jute.Read<GetChildren2Response>(ref reader);
        return new(answer.Children, answer.Stat);
    };

    internal static readonly AnswerReader<NodeAcl> Acl = (ref WireReader reader, Chroot _, ref KeeperError _) =>
    {
        var answer = Jute.Read<GetAclResponse>(ref reader);
        return new(answer.Acl, answer.Stat);
    };

    internal static readonly AnswerReader<Stat> AclSet = (ref WireReader reader, Chroot _, ref KeeperError _) =>
        Jute.Read<SetAclResponse>(ref reader).Stat;

    internal static readonly AnswerReader<IReadOnlyList<string>> Ephemerals = (ref WireReader reader, Chroot chroot, ref KeeperError _) =>
        Jute.Read<GetEphemeralsResponse>(ref reader).Ephemerals.ConvertAll(chroot.ToClient);

    internal static readonly AnswerReader<int> Number = (ref WireReader reader, Chroot _, ref KeeperError _) =>
        Jute.Read<GetAllChildrenNumberResponse>(ref reader).TotalNumber;

    internal static readonly AnswerReader<IReadOnlyList<ClientInfo>> Identities = (ref WireReader reader, Chroot _, ref KeeperError _) =>
        Jute.Read<WhoAmIResponse>(ref reader).ClientInfo;

    internal static AnswerReader<MultiResult> Multi(IReadOnlyList<Operation> parts) =>
        (ref WireReader reader, Chroot chroot, ref KeeperError error) =>
        {
            var results = Results(ref reader, parts, chroot);
            var failedAt = results.FindIndex(static result => result.Error is not (KeeperError.Ok or KeeperError.RuntimeInconsistency));
            if (failedAt < 0)
            {
                failedAt = results.FindIndex(static result => result.Error != KeeperError.Ok);
            }

            error = failedAt < 0 ? KeeperError.Ok : results[failedAt].Error;
            return new(error, failedAt, results);
        };

    internal static AnswerReader<IReadOnlyList<OperationResult>> MultiRead(IReadOnlyList<Operation> parts) =>
        (ref WireReader reader, Chroot chroot, ref KeeperError _) => Results(ref reader, parts, chroot);

    private static List<OperationResult> Results(ref WireReader reader, IReadOnlyList<Operation> parts, Chroot chroot)
    {
        var results = new List<OperationResult>(parts.Count);
        for (var header = Jute.Read<MultiHeader>(ref reader); !header.Done; header = Jute.Read<MultiHeader>(ref reader))
        {
            results.Add(Result((OpCode)header.Type, ref reader, chroot));
        }

        return results.Count == parts.Count
            ? results
            : throw new ProtocolViolationException($"A multi of {parts.Count} operations is answered with {results.Count} results.");
    }

    private static OperationResult Result(OpCode type, ref WireReader reader, Chroot chroot)
    {
        switch (type)
        {
            case OpCode.Create:
                return new() { Path = chroot.ToClient(Jute.Read<CreateResponse>(ref reader).Path) };
            case OpCode.Create2 or OpCode.CreateContainer or OpCode.CreateTtl:
                var made = Jute.Read<Create2Response>(ref reader);
                return new() { Path = chroot.ToClient(made.Path), Stat = made.Stat };
            case OpCode.SetData:
                return new() { Stat = Jute.Read<SetDataResponse>(ref reader).Stat };
            case OpCode.Delete or OpCode.Check:
                return new();
            case OpCode.GetData:
                var data = Jute.Read<GetDataResponse>(ref reader);
                return new() { Data = data.Data, Stat = data.Stat };
            case OpCode.GetChildren:
                return new() { Children = Jute.Read<GetChildrenResponse>(ref reader).Children };
            case OpCode.Error:
                return new() { Error = (KeeperError)Jute.Read<ErrorResponse>(ref reader).Err };
            default:
                throw new ProtocolViolationException($"A multi is answered with a result of the type {(int)type}.");
        }
    }
}

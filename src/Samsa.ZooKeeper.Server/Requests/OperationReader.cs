using Samsa.Protocol.Wire;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Wire;

namespace Samsa.ZooKeeper.Server.Requests;

/// <summary>Reads over an operation of a multi.</summary>
internal static class OperationReader
{
    /// <exception cref="ProtocolViolationException">A multi cannot have such an operation.</exception>
    internal static void Demand(OpCode type)
    {
        if (type is not (OpCode.Create or OpCode.Create2 or OpCode.CreateContainer or OpCode.CreateTtl or OpCode.Delete or OpCode.SetData
            or OpCode.Check))
        {
            throw new ProtocolViolationException($"A multi cannot have an operation of the type {(int)type}.");
        }
    }

    internal static void Skip(OpCode type, ref WireReader reader)
    {
        switch (type)
        {
            case OpCode.Create or OpCode.Create2 or OpCode.CreateContainer:
                Jute.Read<CreateRequest>(ref reader);
                break;
            case OpCode.CreateTtl:
                Jute.Read<CreateTtlRequest>(ref reader);
                break;
            case OpCode.Delete:
                Jute.Read<DeleteRequest>(ref reader);
                break;
            case OpCode.SetData:
                Jute.Read<SetDataRequest>(ref reader);
                break;
            case OpCode.Check:
                Jute.Read<CheckVersionRequest>(ref reader);
                break;
            default:
                Demand(type);
                break;
        }
    }
}

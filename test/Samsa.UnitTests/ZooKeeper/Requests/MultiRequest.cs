using Samsa.Protocol.Wire;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Records;

namespace Samsa.UnitTests.ZooKeeper.Requests;

/// <summary>A multi as a client writes it.</summary>
internal sealed class MultiRequest((OpCode Type, IRecord Request)[] parts) : IRecord
{
    public void Read(ref WireReader reader) => throw new NotSupportedException();

    public void Write(WireWriter writer)
    {
        foreach (var (type, request) in parts)
        {
            new MultiHeader { Type = (int)type, Err = -1 }.Write(writer);
            request.Write(writer);
        }

        new MultiHeader { Type = -1, Done = true, Err = -1 }.Write(writer);
    }
}

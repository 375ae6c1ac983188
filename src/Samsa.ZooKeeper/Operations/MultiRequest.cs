using Samsa.Protocol.Wire;
using Samsa.ZooKeeper.Records;

namespace Samsa.ZooKeeper.Operations;

/// <summary>A multi or multiRead: a header before each operation, and one that ends the list.</summary>
internal sealed class MultiRequest(IReadOnlyList<Operation> parts, Chroot chroot) : IRecord
{
    /// <inheritdoc/>
    public void Read(ref WireReader reader) => throw new NotSupportedException("The client never reads its requests.");

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        foreach (var part in parts)
        {
            new MultiHeader { Type = (int)part.Type, Err = -1 }.Write(writer);
            part.Request(chroot).Write(writer);
        }

        new MultiHeader { Type = -1, Done = true, Err = -1 }.Write(writer);
    }
}

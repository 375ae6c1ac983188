using Samsa.Protocol.Wire;
using Samsa.ZooKeeper.Records;

namespace Samsa.ZooKeeper.Server.Requests;

/// <summary>The answer to a multi or multiRead: a header before each result, and one that ends the list.</summary>
internal sealed class MultiResponse : IRecord
{
    private readonly List<(OpCode Type, KeeperError Error, IRecord? Body)> _results = [];

    internal void Add(OpCode type, IRecord? body) => _results.Add((type, KeeperError.Ok, body));

    internal void AddError(KeeperError error) => _results.Add((OpCode.Error, error, new ErrorResponse { Err = (int)error }));

    /// <inheritdoc/>
    public void Read(ref WireReader reader) => throw new NotSupportedException("The server never reads its answers.");

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        foreach (var (type, error, body) in _results)
        {
            new MultiHeader { Type = (int)type, Err = (int)error }.Write(writer);
            body?.Write(writer);
        }

        new MultiHeader { Type = -1, Done = true, Err = -1 }.Write(writer);
    }
}

using Samsa.Protocol.Wire;

namespace Samsa.ZooKeeper.Records;

/// <summary>The answer to a multi or multiRead, as a server makes it: a header before each result, and one that ends the list.</summary>
public sealed class MultiResponse : IRecord
{
    private readonly List<MultiResponsePart> _parts = [];

    /// <summary>One result for each operation.</summary>
    public IReadOnlyList<MultiResponsePart> Parts => _parts;

    /// <summary>Why the whole failed: the error of the operation that did, not of those that were given up with it. Ok when nothing failed.</summary>
    public KeeperError Error
    {
        get
        {
            var error = KeeperError.Ok;
            foreach (var part in _parts)
            {
                if (part.Error is not (KeeperError.Ok or KeeperError.RuntimeInconsistency))
                {
                    return part.Error;
                }

                error = error == KeeperError.Ok ? part.Error : error;
            }

            return error;
        }
    }

    /// <summary>Adds the result of an operation that was done.</summary>
    public void Add(OpCode type, IRecord? body) => _parts.Add(new MultiResponsePart(type, KeeperError.Ok, body));

    /// <summary>Adds an operation that was not done.</summary>
    public void AddError(KeeperError error) => _parts.Add(new MultiResponsePart(OpCode.Error, error, new ErrorResponse { Err = (int)error }));

    /// <inheritdoc/>
    public void Read(ref WireReader reader) => throw new NotSupportedException("The server never reads its answers.");

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        foreach (var part in _parts)
        {
            new MultiHeader { Type = (int)part.Type, Err = (int)part.Error }.Write(writer);
            part.Body?.Write(writer);
        }

        new MultiHeader { Type = -1, Done = true, Err = -1 }.Write(writer);
    }
}

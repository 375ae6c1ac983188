using Samsa.Protocol.Wire;
using Samsa.ZooKeeper.Records;

namespace Samsa.ZooKeeper.Operations;

/// <summary>The body of a request that has none.</summary>
internal sealed class Empty : IRecord
{
    internal static readonly Empty Instance = new();

    /// <inheritdoc/>
    public void Read(ref WireReader reader)
    {
    }

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
    }
}

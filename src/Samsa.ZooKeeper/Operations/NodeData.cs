using System.Text;
using Samsa.ZooKeeper.Records;

namespace Samsa.ZooKeeper.Operations;

/// <summary>The data of a node and its state.</summary>
/// <param name="Data">The data; null where a node was made with null, which is not the same as no bytes.</param>
/// <param name="Stat">The state at the same moment.</param>
public sealed record NodeData(ReadOnlyMemory<byte>? Data, Stat Stat)
{
    /// <summary>The data as text; empty for null.</summary>
    public string Text => Encoding.UTF8.GetString(Data.GetValueOrDefault().Span);
}

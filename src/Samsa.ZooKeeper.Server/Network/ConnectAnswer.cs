using Samsa.Protocol.Wire;
using Samsa.ZooKeeper.Records;

namespace Samsa.ZooKeeper.Server.Network;

/// <summary>The answer to a connect request; the boolean at its end only for clients that sent theirs (3.4 and later).</summary>
internal sealed class ConnectAnswer(ConnectResponse response, bool withReadOnly) : IRecord
{
    /// <inheritdoc/>
    public void Read(ref WireReader reader) => throw new NotSupportedException("The server never reads its answers.");

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        response.Write(writer);
        if (withReadOnly)
        {
            writer.WriteBoolean(false);
        }
    }
}

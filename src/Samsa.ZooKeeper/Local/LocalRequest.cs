using Samsa.Protocol.Wire;
using Samsa.ZooKeeper.Records;

namespace Samsa.ZooKeeper.Local;

/// <summary>A request to a server in the same process. Whoever makes it says what it asks and takes the answer.</summary>
public abstract class LocalRequest
{
    /// <summary>What is asked.</summary>
    public abstract OpCode Type { get; }

    /// <summary>Writes the request as ZooKeeper's protocol has it, without a header. Called once.</summary>
    public abstract void Write(WireWriter writer);

    /// <summary>
    /// The answer. Called once, with the server's lock held: it must neither block nor send. The body is not changed any more; a multi
    /// has a <see cref="MultiResponse"/>, which alone says whether it failed.
    /// </summary>
    public abstract void Answer(KeeperError error, IRecord? body);
}

using Samsa.Protocol;
using Samsa.Protocol.Wire;

namespace Samsa.Client.Connections;

/// <summary>A request whose answer is still to come. Completed once, by the connection's read loop or by its end.</summary>
internal abstract class PendingRequest(ApiKey key, short version, int correlationId, long deadline)
{
    public ApiKey Key => key;

    public short Version => version;

    public int CorrelationId => correlationId;

    /// <summary>The timestamp of the clock after which the connection counts as dead.</summary>
    public long Deadline => deadline;

    /// <summary>True when the answer's memory is rented, and handed to whoever waits for it.</summary>
    public abstract bool RentsMemory { get; }

    /// <summary>
    /// The answer has come in <paramref name="answerVersion"/>; <paramref name="reader"/> stands behind its header, in the memory of
    /// <paramref name="frame"/>.
    /// </summary>
    /// <exception cref="ProtocolViolationException">The bytes are no such answer.</exception>
    public abstract void Complete(ref WireReader reader, short answerVersion, ResponseFrame frame);

    public abstract void Fail(Exception reason);
}

using Samsa.Broker.Api;
using Samsa.Protocol.Wire;

namespace Samsa.Broker.Network;

/// <summary>
/// One request between its arrival and the end of its answer. All state changes happen under the lock of the
/// <see cref="AnswerQueue"/> that holds it.
/// </summary>
internal sealed class PendingAnswer
{
    /// <summary>The request.</summary>
    public required RequestContext Context { get; init; }

    /// <summary>True when it is settled what happens when this answer's turn comes.</summary>
    public bool IsReady { get; set; }

    /// <summary>True when the connection closes at this answer's turn.</summary>
    public bool Closes { get; set; }

    /// <summary>The encoded answer; null when none is sent.</summary>
    public WireWriter? Encoded { get; set; }

    /// <summary>When the handler started.</summary>
    public long Started { get; init; }

    /// <summary>When the ordered part of the handler ended.</summary>
    public long OrderedPartEnded { get; set; }

    /// <summary>When the answer was ready and encoded.</summary>
    public long Ready { get; set; }
}

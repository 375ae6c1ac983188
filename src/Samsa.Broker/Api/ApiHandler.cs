using Samsa.Protocol.Messages;

namespace Samsa.Broker.Api;

/// <summary>
/// Serves one API. Everything up to the first real await runs on the connection's read loop, in the order of the requests:
/// whatever must happen in order (an append, the start of a wait) belongs there. Answers leave in request order, whenever
/// the tasks complete. A null answer means that none is sent (<c>acks=0</c>).
/// </summary>
/// <remarks>
/// Expected outcomes are error codes inside the answer. <see cref="CloseConnectionException"/> and
/// <see cref="Samsa.Protocol.Wire.ProtocolViolationException"/> close the connection; any other exception does so too, and
/// is logged as our bug.
/// </remarks>
public delegate ValueTask<IMessage?> ApiHandler<in TRequest>(RequestContext context, TRequest request)
    where TRequest : class, IMessage, new();

using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Client.Connections;

/// <summary>An API as this client speaks it: its key and the versions that the callers know how to fill and read.</summary>
internal sealed record ClientApi<TRequest, TResponse>(ApiKey Key, short Lowest, short Highest)
    where TRequest : IMessage
    where TResponse : IMessage, new();

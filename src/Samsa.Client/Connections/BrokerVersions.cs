using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Client.Connections;

/// <summary>The versions that one broker serves, as its ApiVersions answer says. Immutable.</summary>
internal sealed class BrokerVersions
{
    private readonly Dictionary<short, (short Lowest, short Highest)> _served;
    private readonly BrokerAddress _broker;

    public BrokerVersions(BrokerAddress broker, ApiVersionsResponse answer)
    {
        _broker = broker;
        Answer = answer;
        _served = new(answer.ApiKeys.Count);
        foreach (var api in answer.ApiKeys)
        {
            _served[api.ApiKey] = (api.MinVersion, api.MaxVersion);
        }
    }

    /// <summary>The whole answer, for who wants features and the like.</summary>
    public ApiVersionsResponse Answer { get; }

    /// <summary>The range that the broker serves, or null.</summary>
    public (short Lowest, short Highest)? Range(ApiKey key) => _served.TryGetValue((short)key, out var range) ? range : null;

    /// <summary>Whether there is a version that both sides know.</summary>
    public bool Serves<TRequest, TResponse>(ClientApi<TRequest, TResponse> api)
        where TRequest : IMessage
        where TResponse : IMessage, new() =>
        Range(api.Key) is { } range && Math.Max(range.Lowest, api.Lowest) <= Math.Min(range.Highest, api.Highest);

    /// <summary>The newest version that both sides know.</summary>
    /// <exception cref="KafkaException">There is none (<see cref="ErrorCode.UnsupportedVersion"/>).</exception>
    public short Choose<TRequest, TResponse>(ClientApi<TRequest, TResponse> api)
        where TRequest : IMessage
        where TResponse : IMessage, new()
    {
        if (Serves(api))
        {
            return Math.Min(Range(api.Key)!.Value.Highest, api.Highest);
        }

        throw new KafkaException(ErrorCode.UnsupportedVersion, Range(api.Key) is { } range
            ? $"Broker {_broker} serves {api.Key} in versions {range.Lowest} to {range.Highest}, this client speaks {api.Lowest} to {api.Highest}."
            : $"Broker {_broker} does not serve {api.Key}.");
    }
}

using Samsa.Broker.Api;
using Samsa.Broker.Metrics;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Network;

/// <summary>
/// Records finished requests in Kafka's RequestMetrics; a fetch counts as <c>Fetch</c> and as consumer's or follower's.
/// Owns a table of metrics already looked up; any thread enters; lives as long as the server; never fails.
/// </summary>
internal sealed class RequestMeter(BrokerMetrics metrics)
{
    private readonly RequestMetrics?[] _byKey = new RequestMetrics?[128];
    private readonly RequestMetrics _fetchConsumer = metrics.Request("FetchConsumer");
    private readonly RequestMetrics _fetchFollower = metrics.Request("FetchFollower");

    /// <summary>Records one request whose answer has left.</summary>
    public void Record(PendingAnswer answer, long sendStarted, long sent)
    {
        var context = answer.Context;
        var timing = new RequestTiming
        {
            RequestQueue = answer.Started - context.ReceivedTimestamp,
            Local = answer.OrderedPartEnded - answer.Started,
            Remote = Math.Max(0, answer.Ready - answer.OrderedPartEnded),
            ResponseQueue = Math.Max(0, sendStarted - answer.Ready),
            ResponseSend = sent - sendStarted,
            Total = sent - context.ReceivedTimestamp,
        };
        Find(context.ApiKey).Record(context.ApiVersion, context.RequestBytes, timing);
        if (context.ApiKey == ApiKey.Fetch)
        {
            (context.IsFromFollower ? _fetchFollower : _fetchConsumer).Record(context.ApiVersion, context.RequestBytes, timing);
        }
    }

    /// <summary>Counts the outcomes that an answer carries.</summary>
    public void CountOutcomes(RequestContext context, IMessage answer) => AnswerErrors.Count(Find(context.ApiKey), answer);

    private RequestMetrics Find(ApiKey key)
    {
        var index = (int)key;
        if (index >= _byKey.Length)
        {
            return metrics.Request(key.ToString());
        }

        return _byKey[index] ??= metrics.Request(key.ToString());
    }
}

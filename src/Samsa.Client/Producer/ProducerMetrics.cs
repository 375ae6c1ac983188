using System.Diagnostics;
using Samsa.Client.Connections;
using Samsa.Client.Diagnostics;
using Samsa.Protocol;

namespace Samsa.Client.Producer;

/// <summary>
/// What one producer counts, under its client id and by topic; docs/metrics.md lists it. Counted by batch, never by record, and without
/// allocation. Entered from any thread.
/// </summary>
internal sealed class ProducerMetrics(string clientId)
{
    private static readonly KeyValuePair<string, object?> Operation = new(MessagingTags.OperationName, MessagingTags.Send);

    /// <summary>The tag that names the client.</summary>
    public KeyValuePair<string, object?> Client { get; } = new(MessagingTags.ClientId, clientId);

    public void Delivered(string topic, int records, int bytes)
    {
        var tags = Tags(topic);
        Instruments.ProducerBytes.Add(bytes, tags);
        Instruments.ProducerBatchSize.Record(bytes, tags);
        tags.Add(Operation);
        Instruments.SentMessages.Add(records, tags);
    }

    public void Sent(string topic, TimeSpan queued) => Instruments.ProducerQueueTime.Record(queued.TotalSeconds, Tags(topic));

    public void Retried(string topic) => Instruments.ProducerRetries.Add(1, Tags(topic));

    public void Failed(string topic, int records, ErrorCode error)
    {
        var tags = Tags(topic);
        tags.Add(Operation);
        tags.Add(MessagingTags.ErrorType, error.Name());
        Instruments.SentMessages.Add(records, tags);
    }

    public void Requested(BrokerAddress broker, TimeSpan duration, ErrorCode error) =>
        Instruments.Requested(MessagingTags.Send, Client, broker, duration, error == ErrorCode.None ? null : error.Name());

    private TagList Tags(string topic) => new() { MessagingTags.SystemTag, Client, { MessagingTags.Topic, topic } };
}

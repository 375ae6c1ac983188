using Samsa.Client;
using Samsa.Client.Producer;

namespace Samsa.Cli.Tools.Performance;

/// <summary>What the tools that send records have in common.</summary>
internal static class ProducerExtensions
{
    /// <summary>Hands a record over; one that is not accepted has failed as one that is not delivered, and the next one may follow.</summary>
    public static async ValueTask<ValueTask<RecordMetadata>> TryEnqueueAsync(
        this KafkaProducer producer, ProducerRecord record, CancellationToken cancellation)
    {
        try
        {
            return await producer.EnqueueAsync(record, cancellation);
        }
        catch (KafkaException e)
        {
            return ValueTask.FromException<RecordMetadata>(e);
        }
    }
}

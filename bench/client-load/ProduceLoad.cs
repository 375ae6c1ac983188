using Samsa.Client.Producer;

namespace Samsa.Bench.ClientLoad;

/// <summary>Sends as fast as the producer takes records, without a result for each, and waits until all are acknowledged.</summary>
internal sealed class ProduceLoad(string brokers, string topic, IEnumerable<KeyValuePair<string, string>> settings)
{
    private const int Variants = 64;

    private long _failed;

    public async Task<string> RunAsync(long warm, long count, int size)
    {
        var options = new ProducerOptions
        {
            BootstrapServers = brokers,
            Linger = TimeSpan.FromMilliseconds(5),
            EnableIdempotence = false,
            DeliveryFailed = (in FailedRecord _) => Interlocked.Increment(ref _failed),
        };
        options.Set(settings);
        await using var producer = new KafkaProducer(options);
        var payloads = Payloads.Make(Variants, size);
        await SendAsync(producer, payloads, Math.Max(1, warm));
        var meter = new Meter();
        await SendAsync(producer, payloads, count);
        string figures = meter.Stop(count, count * size);
        return _failed == 0 ? $"{{{figures}}}" : throw new InvalidOperationException($"{_failed} records were not acknowledged.");
    }

    private async Task SendAsync(KafkaProducer producer, byte[][] payloads, long count)
    {
        for (long i = 0; i < count; i++)
            await producer.SendAsync(topic, default, payloads[i % Variants]);
        await producer.FlushAsync();
    }
}

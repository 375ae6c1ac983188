using Samsa.Client.Consumer;
using Samsa.Protocol;

namespace Samsa.Bench.ClientLoad;

/// <summary>Reads assigned partitions from their beginning, and looks at every record.</summary>
internal sealed class FetchLoad(string brokers, string topic, int partitions, IEnumerable<KeyValuePair<string, string>> settings)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public async Task<string> RunAsync(long warm, long count)
    {
        if (warm > 0)
            await ReadAsync(warm);
        var meter = new Meter();
        var (read, bytes) = await ReadAsync(count);
        return $"{{{meter.Stop(read, bytes)}}}";
    }

    private async Task<(long Read, long Bytes)> ReadAsync(long count)
    {
        var options = new ConsumerOptions
        {
            BootstrapServers = brokers,
            FetchMaxWait = TimeSpan.FromMilliseconds(100),
            CheckCrcs = false,
            AutoOffsetReset = AutoOffsetReset.Earliest,
        };
        options.Set(settings);
        await using var consumer = new KafkaConsumer(options);
        consumer.Assign(Enumerable.Range(0, partitions).Select(p => new TopicPartition(topic, p)));
        long read = 0;
        long bytes = 0;
        while (read < count)
        {
            var batch = await consumer.PollBatchAsync(Patience) ?? throw new InvalidOperationException("Nothing came for 30 s.");
            foreach (var record in batch)
            {
                read++;
                bytes += record.Value.Length;
            }
        }

        return (read, bytes);
    }
}

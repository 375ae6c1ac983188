using System.Globalization;
using Samsa.Cli.Tools.Clusters;
using Samsa.Client;
using Samsa.Client.Admin;
using Samsa.Client.Configuration;
using Samsa.Client.Consumer;
using Samsa.Client.Producer;
using Samsa.Protocol;
using Samsa.Protocol.Records;

namespace Samsa.Cli.Tools.Performance;

/// <summary>One run of <c>kafka-e2e-latency</c>: each record is sent when the one before it was acknowledged and read.</summary>
internal sealed class LatencyRun(
    string servers, string topic, string acks, IReadOnlyDictionary<string, string> properties, ToolConsole console)
{
    private const int ReportEvery = 1000;
    private const double NanosecondsPerMillisecond = 1e6;

    private static readonly TimeSpan PollTimeout = TimeSpan.FromMinutes(1);
    private static readonly TimeProvider Time = TimeProvider.System;

    /// <summary>The bytes of each value.</summary>
    public required int Size { get; init; }

    /// <summary>The bytes of each key, 0 for no keys.</summary>
    public int KeySize { get; init; }

    /// <summary>The headers of each record.</summary>
    public int Headers { get; init; }

    /// <summary>The bytes of each header's name.</summary>
    public int HeaderKeySize { get; init; }

    /// <summary>The bytes of each header's value, -1 for null.</summary>
    public int HeaderSize { get; init; }

    /// <summary>Sends <paramref name="count"/> records and prints what they took.</summary>
    /// <exception cref="ToolException">A record did not come, or another one came.</exception>
    public async Task RunAsync(int count, CancellationToken cancellation)
    {
        try
        {
            await CreateTopicAsync(cancellation);
            await using var consumer = new KafkaConsumer(Settings(new ConsumerOptions { AutoOffsetReset = AutoOffsetReset.Latest }));
            await using var producer = new KafkaProducer(ProducerSettings());
            await GoToEndAsync(consumer, cancellation);
            double total = 0;
            long[] latencies = new long[count];
            var random = new Random(0);
            for (int i = 0; i < count; i++)
            {
                var record = Record(random);
                long begin = Time.GetTimestamp();
                await producer.ProduceAsync(record, cancellation);
                var batch = await consumer.PollBatchAsync(PollTimeout, cancellation);
                double elapsed = Time.GetElapsedTime(begin).Ticks * TimeSpan.NanosecondsPerTick;
                Compare(record, batch ?? throw new ToolException("poll() timed out before finding a result (timeout:[60000ms])"));
                if (i % ReportEvery == 0)
                    await console.Output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{i}\t{JavaText.Of(elapsed / NanosecondsPerMillisecond)}"));
                total += elapsed;
                latencies[i] = (long)(elapsed / NanosecondsPerMillisecond);
            }

            Array.Sort(latencies);
            await console.Output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"Avg latency: {total / count / NanosecondsPerMillisecond:F4} ms\nPercentiles: 50th = {latencies[(int)(count * 0.5)]}, "
                + $"99th = {latencies[(int)(count * 0.99)]}, 99.9th = {latencies[(int)(count * 0.999)]}"));
        }
        catch (Exception e) when (e is KafkaException or ClientConfigException)
        {
            throw new ToolException(e.Message);
        }
    }

    private async Task CreateTopicAsync(CancellationToken cancellation)
    {
        await using var admin = new KafkaAdmin(Settings(new AdminOptions { ClientId = "samsa-tool" }));
        if ((await admin.ListTopicsAsync(listInternal: true, cancellation)).Any(t => t.Name == topic))
            return;
        await console.Output.WriteLineAsync($"Topic \"{topic}\" does not exist. Will create topic with 1 partition(s) and replication factor = 1");
        var result = await admin.CreateTopicAsync(new NewTopic(topic) { Partitions = 1, ReplicationFactor = 1 }, cancellation);
        if (!result.Succeeded)
        {
            await console.Output.WriteLineAsync($"Creation of topic {topic} failed");
            throw new ToolException(KafkaWords.Message(result));
        }
    }

    private ProducerOptions ProducerSettings()
    {
        var settings = Settings(new ProducerOptions());
        settings.Linger = TimeSpan.Zero;
        settings.Set("acks", acks);
        return settings;
    }

    // One file is for all three clients: what one of them does not know is another's.
    private TOptions Settings<TOptions>(TOptions settings) where TOptions : ClientOptions
    {
        ClientProperties.Apply(settings, properties.Where(p => settings.Knows(p.Key)), "--command-config", console);
        settings.BootstrapServers = servers;
        return settings;
    }

    private async Task GoToEndAsync(KafkaConsumer consumer, CancellationToken cancellation)
    {
        List<TopicPartition> partitions = [];
        foreach (var partition in await consumer.PartitionsForAsync(topic, cancellation))
            partitions.Add(new TopicPartition(topic, partition.Partition));
        var ends = await consumer.EndOffsetsAsync(partitions, cancellation);
        consumer.Assign(ends.Select(e => new TopicPartitionOffset(e.Key, e.Value)));
    }

    private ProducerRecord Record(Random random)
    {
        var headers = new RecordHeader[Headers];
        for (int i = 0; i < Headers; i++)
            headers[i] = new RecordHeader(Letters(random, HeaderKeySize), HeaderSize < 0 ? default(ReadOnlyMemory<byte>?) : Letters(random, HeaderSize));
        return new ProducerRecord
        {
            Topic = topic,
            Key = KeySize > 0 ? Letters(random, KeySize) : null,
            Value = Letters(random, Size),
            Headers = headers,
        };
    }

    private static byte[] Letters(Random random, int length)
    {
        byte[] letters = new byte[length];
        for (int i = 0; i < length; i++)
            letters[i] = (byte)random.Next('A', 'Z' + 1);
        return letters;
    }

    private static void Compare(in ProducerRecord sent, ConsumedBatch batch)
    {
        int read = 0;
        foreach (var record in batch)
        {
            read++;
            if (!record.Value.Span.SequenceEqual(sent.Value.Bytes.Span))
                throw new ToolException("The message value read did not match the message value sent");
            if (record.Key.IsNull != sent.Key.Bytes.IsNull || !record.Key.Span.SequenceEqual(sent.Key.Bytes.Span))
                throw new ToolException("The message key read did not match the message key sent");
            if (record.Headers.Count != sent.Headers.Length)
                throw new ToolException("Header count mismatch between sent and received messages");
            int header = 0;
            foreach (var one in record.Headers)
            {
                var wanted = sent.Headers.Span[header++];
                if (!one.Key.SequenceEqual(wanted.Key.Span) || !one.Value.Span.SequenceEqual(wanted.Value.GetValueOrDefault().Span))
                    throw new ToolException("The message header read did not match the message header sent");
            }
        }

        if (read != 1)
            throw new ToolException(string.Create(CultureInfo.InvariantCulture, $"Only one result was expected during this test. We found [{read}]"));
    }
}

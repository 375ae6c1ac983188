using System.Globalization;
using System.Text;
using Samsa.Client.Producer;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;
using Samsa.Testing;
using Xunit;

namespace Samsa.IntegrationTests.Client;

/// <summary>The producer against a broker of this house, over real sockets.</summary>
public sealed class KafkaProducerTests
{
    private const int Partitions = 4;
    private const string Topic = "orders";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public async Task Ten_thousand_records_are_read_back_as_they_were_sent(CompressionType codec)
    {
        const int Records = 10_000;
        SkipWithout(codec);
        await using var broker = await StartAsync();
        await using var producer = new KafkaProducer(new ProducerOptions { BootstrapServers = broker.BootstrapServers, CompressionType = codec });

        var results = new List<Task<RecordMetadata>>();
        for (var i = 0; i < Records; i++)
        {
            results.Add(producer.ProduceAsync(
                new ProducerRecord { Topic = Topic, Partition = i % Partitions, Key = Bytes(Text(i)), Value = Bytes($"value of {Text(i)}") },
                Cancellation).AsTask());
        }

        for (var i = 0; i < Records; i++)
        {
            var place = await results[i];
            Assert.Equal((i % Partitions, (long)(i / Partitions)), (place.Partition, place.Offset));
        }

        for (var partition = 0; partition < Partitions; partition++)
        {
            var stored = await RawLog.ReadAsync(broker.BootstrapServers, Topic, partition, Cancellation);
            Assert.Equal(
                Enumerable.Range(0, Records / Partitions).Select(i => (i * Partitions) + partition)
                    .Select((n, i) => ((long)i, (string?)Text(n), (string?)$"value of {Text(n)}", codec)),
                stored);
        }
    }

    // A clean stop keeps the last batch of a producer only, in Kafka's own file format: of two that were under way, the first one would not be
    // recognized. After a crash the broker reads them all again.
    [Theory]
    [InlineData(true, 5)]
    [InlineData(false, 1)]
    public async Task A_broker_that_restarts_under_load_gets_every_record_once_and_in_order(bool crash, int inFlight)
    {
        const int Restarts = 3;
        const int Callers = 2;
        await using var broker = await StartAsync();
        var reported = 0;
        var options = new ProducerOptions
        {
            BootstrapServers = broker.BootstrapServers,
            Linger = TimeSpan.FromMilliseconds(1),
            BatchSize = 2000,
            MaxInFlightRequestsPerConnection = inFlight,
            DeliveryFailed = (in FailedRecord _) => Interlocked.Increment(ref reported),
        };
        await using var producer = new KafkaProducer(options);
        await producer.GetTopicAsync(Topic, Cancellation);
        using var enough = new CancellationTokenSource();

        var callers = Enumerable.Range(0, Callers).Select(caller => Task.Run(() => CallAsync(caller))).ToList();
        for (var i = 0; i < Restarts; i++)
        {
            await producer.ProduceAsync(Topic, default, "a sign of life"u8, Cancellation);
            if (crash)
            {
                await broker.CrashAsync();
            }

            await broker.RestartAsync();
        }

        await producer.ProduceAsync(Topic, default, "after the last restart"u8, Cancellation);
        await enough.CancelAsync();
        var sent = await Task.WhenAll(callers);
        await producer.FlushAsync(Cancellation);

        Assert.Equal(0, reported);
        for (var partition = 0; partition < Partitions; partition++)
        {
            var stored = await RawLog.ReadAsync(broker.BootstrapServers, Topic, partition, Cancellation);
            for (var caller = 0; caller < Callers; caller++)
            {
                var own = stored.Where(r => r.Key == Text(caller)).Select(r => int.Parse(r.Value!, CultureInfo.InvariantCulture));
                Assert.Equal(Enumerable.Range(0, sent[caller]).Where(i => i % Partitions == partition), own);
            }
        }

        async Task<int> CallAsync(int caller)
        {
            var number = 0;
            while (!enough.IsCancellationRequested)
            {
                var record = new ProducerRecord { Topic = Topic, Partition = number % Partitions, Key = Bytes(Text(caller)), Value = Bytes(Text(number)) };
                number++;

                // Now and then it waits for a result, so that the load is no larger than the test needs.
                if (number % 200 == 0)
                {
                    await producer.ProduceAsync(record, Cancellation);
                }
                else
                {
                    await producer.SendAsync(record, Cancellation);
                }
            }

            return number;
        }
    }

    [Fact]
    public async Task A_producer_without_acks_reaches_the_broker()
    {
        await using var broker = await StartAsync();
        await using (var producer = new KafkaProducer(new ProducerOptions { BootstrapServers = broker.BootstrapServers, Acks = Acks.None }))
        {
            await producer.ProduceAsync(new ProducerRecord { Topic = Topic, Partition = 0, Value = Bytes("unanswered") }, Cancellation);
        }

        List<(long, string?, string? Value, CompressionType)> stored;
        do
        {
            stored = await RawLog.ReadAsync(broker.BootstrapServers, Topic, 0, Cancellation);
        }
        while (stored.Count == 0);

        Assert.Equal(["unanswered"], stored.Select(r => r.Value));
    }

    private static Task<SamsaBroker> StartAsync() => SamsaBroker.StartAsync(new SamsaBrokerOptions
    {
        Overrides = new Dictionary<string, string> { ["num.partitions"] = Text(Partitions) },
    });

    private static void SkipWithout(CompressionType codec)
    {
        try
        {
            using var builder = new RecordBatchBuilder(new RecordBatchOptions { Compression = codec });
            builder.Append(0, default, "x"u8);
            builder.Build();
        }
        catch (CodecUnavailableException e)
        {
            Assert.Skip(e.Message);
        }
    }

    private static string Text(int i) => i.ToString(CultureInfo.InvariantCulture);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}

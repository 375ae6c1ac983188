using System.Globalization;
using System.Text;
using Samsa.Client.Producer;
using Samsa.InteropTests.RoundTrips;
using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.Producer;

/// <summary>Our producer writes to Apache Kafka, and kcat reads the same.</summary>
public sealed class ApacheProducerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("3.9")]
    [InlineData("4.3")]
    public async Task What_we_produce_to_Apache_Kafka_kcat_reads(string version)
    {
        const int Records = 2000;
        KcatClient kcat = new();
        Tools.ApacheKafka(version);
        await using TestBroker broker = await TestBroker.StartAsync("kafka-" + version, ["num.partitions=3", "log.retention.ms=-1"]);
        foreach (string codec in (string[])["none", "gzip", "snappy", "lz4", "zstd"])
        {
            ProducerOptions options = new() { BootstrapServers = broker.BootstrapServers };
            options.Set("compression.type", codec);
            string topic = "from-samsa-" + codec;
            await using (KafkaProducer producer = new(options))
            {
                for (int i = 0; i < Records; i++)
                {
                    await producer.SendAsync(
                        new ProducerRecord
                        {
                            Topic = topic,
                            Key = i % 10 == 0 ? null : Bytes(Key(i)),
                            Value = i % 17 == 0 ? null : Bytes(Value(i)),
                            Timestamp = 1_700_000_000_000 + i,
                            Headers = new[] { new Protocol.Records.RecordHeader("number", Bytes(Key(i))) },
                        },
                        Cancellation);
                }
            }

            List<ConsumedRecord> read = Assert.Single((await kcat.ConsumeAsync(broker.BootstrapServers, topic, RecordQuery.All))!);

            List<ConsumedRecord> byNumber = [.. read.OrderBy(r => r.Timestamp)];
            Assert.Equal(Records, byNumber.Count);
            for (int i = 0; i < Records; i++)
            {
                ConsumedRecord record = byNumber[i];
                Assert.Equal(1_700_000_000_000 + i, record.Timestamp);
                Assert.Equal(i % 10 == 0 ? null : Bytes(Key(i)), record.Key);
                Assert.Equal(i % 17 == 0 ? null : Bytes(Value(i)), record.Value);
                Assert.Equal(("number", Key(i)), (record.Headers[0].Name, Encoding.UTF8.GetString(record.Headers[0].Value!)));
            }

            // Within a partition the order is that of the calls, so that timestamps grow with offsets.
            foreach (IGrouping<int, ConsumedRecord> partition in read.GroupBy(r => r.Partition))
            {
                Assert.Equal(partition.OrderBy(r => r.Offset).Select(r => r.Timestamp), partition.Select(r => r.Timestamp).Order());
            }
        }
    }

    private static string Key(int i) => i.ToString(CultureInfo.InvariantCulture);

    private static string Value(int i) => string.Create(CultureInfo.InvariantCulture, $"value number {i}, with some length to be compressed");

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}

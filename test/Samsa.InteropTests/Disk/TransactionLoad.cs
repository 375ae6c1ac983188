using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Samsa.InteropTests.RoundTrips;
using Samsa.InteropTests.Support;

namespace Samsa.InteropTests.Disk;

/// <summary>
/// Transactions of two producers at a time that overlap, some of them aborted, over keys that come again. The account of what was
/// committed is in the order of the records. Used by one thread.
/// </summary>
internal sealed class TransactionLoad(string topic)
{
    private const int RecordsPerTransaction = 12;
    private static readonly TimeSpan Patience = Child.Patience;
    private readonly Random _random = new(7);
    private int _records;

    /// <summary>Runs <paramref name="rounds"/> rounds of two transactions. Every third round the first is aborted, every fourth the second.</summary>
    public void Run(string server, int rounds)
    {
        using IProducer<string, string> one = Producer(server, topic + "-one");
        using IProducer<string, string> two = Producer(server, topic + "-two");
        for (int round = 1; round <= rounds; round++)
        {
            one.BeginTransaction();
            Write(one);
            two.BeginTransaction();
            Write(two);
            Write(one);
            End(one, round % 3 != 0);
            Write(two);
            End(two, round % 4 != 0);
        }
    }

    /// <summary>Leaves a transaction open, after a committed one, as a producer that dies. Its timeout is longer than any test.</summary>
    public void LeaveOpen(string server)
    {
        using IProducer<string, string> producer = Producer(server, topic + "-open");
        producer.BeginTransaction();
        Write(producer);
        End(producer, commit: true);
        producer.BeginTransaction();
        Write(producer);
    }

    /// <summary>The same producer comes back: what it left open is aborted, and one transaction more is committed.</summary>
    public void ComeBack(string server)
    {
        using IProducer<string, string> producer = Producer(server, topic + "-open");
        producer.BeginTransaction();
        Write(producer);
        End(producer, commit: true);
    }

    private static IProducer<string, string> Producer(string server, string id)
    {
        _ = new ConfluentDotnetClient();
        ProducerConfig config = new()
        {
            BootstrapServers = server,
            TransactionalId = id,
            TransactionTimeoutMs = 900_000,
            LingerMs = 1,
            BatchNumMessages = 4,
            CompressionType = CompressionType.Lz4,
        };
        IProducer<string, string> producer = new ProducerBuilder<string, string>(config).SetLogHandler((_, _) => { }).Build();
        producer.InitTransactions(Patience);
        return producer;
    }

    // Flushed, since librdkafka forgets what it has not sent when a transaction is aborted.
    private void Write(IProducer<string, string> producer)
    {
        for (int i = 0; i < RecordsPerTransaction; i++)
        {
            string key = string.Create(CultureInfo.InvariantCulture, $"key-{_random.Next(30)}");
            string value = string.Create(CultureInfo.InvariantCulture, $"value-{_records++}-{new StringBuilder().Append('x', _random.Next(60))}");
            producer.Produce(new TopicPartition(topic, 0), new Message<string, string> { Key = key, Value = value });
        }

        producer.Flush(Patience);
    }

    private static void End(IProducer<string, string> producer, bool commit)
    {
        if (commit)
        {
            producer.CommitTransaction(Patience);
        }
        else
        {
            producer.AbortTransaction(Patience);
        }
    }
}

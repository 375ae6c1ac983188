using System.Globalization;
using System.Text;
using Samsa.Client;
using Samsa.Client.Consumer;
using Samsa.Client.Serialization;
using Samsa.InteropTests.Support;
using Samsa.Protocol;
using Xunit;

namespace Samsa.InteropTests.Client;

/// <summary>Our consumer reads what others wrote to a broker.</summary>
public abstract class ConsumerInteropTests(string target)
{
    private static readonly TimeSpan Limit = Child.Patience;

    [Fact]
    public async Task Records_of_kcat_are_read_whatever_their_codec()
    {
        await using var broker = await TestBroker.StartAsync(target, ["num.partitions=1"]);
        string[] codecs = ["none", "gzip", "snappy", "lz4", "zstd"];
        var number = 0;
        foreach (var codec in codecs)
        {
            var lines = string.Concat(Enumerable.Range(number, 200).Select(i => string.Create(CultureInfo.InvariantCulture, $"k{i}|v{i}\n")));
            number += 200;
            string[] arguments = ["-P", "-E", "-b", broker.BootstrapServers, "-t", "lines", "-p", "0", "-K", "|", "-z", codec, "-H", "codec=" + codec];
            (await Child.RunAsync(Tools.Kcat, arguments, Encoding.UTF8.GetBytes(lines))).Succeeded();
        }

        await using var consumer = Consumer(broker, IsolationLevel.ReadUncommitted);
        var partition = new TopicPartition("lines", 0);
        consumer.Assign(partition);

        var records = await TakeAsync(consumer, number);

        for (var i = 0; i < number; i++)
        {
            Assert.Equal((i, $"k{i}", $"v{i}"), (records[i].Offset, records[i].Key, records[i].Value));
            Assert.Equal(codecs[i / 200], Encoding.UTF8.GetString(records[i].Headers[0].Value!.Value.Span));
        }

        Assert.Equal(number, (await consumer.EndOffsetsAsync([partition], TestContext.Current.CancellationToken))[partition]);
        Assert.Equal(0, consumer.Lag(partition));
    }

    /// <summary>What transactions of confluent-kafka leave: committed ones are seen, aborted ones not, in both isolation levels as told.</summary>
    protected async Task TransactionsAreReadAsync()
    {
        var python = Tools.Python("confluent_kafka", "python3-confluent-kafka");
        await using var broker = await TestBroker.StartAsync(target, ["num.partitions=1"]);
        var script = Path.Combine(RepositoryPaths.Clients, "transactional_producer.py");
        (await Child.RunAsync(python, script, broker.BootstrapServers, "payments")).Succeeded();
        var partition = new TopicPartition("payments", 0);
        await using var committed = Consumer(broker, IsolationLevel.ReadCommitted);
        await using var all = Consumer(broker, IsolationLevel.ReadUncommitted);
        committed.Assign(partition);
        all.Assign(partition);

        // Six transactions of fifty records; every second one was aborted. Then one record outside of any.
        var seen = (await TakeAsync(committed, 151)).Select(r => r.Value).ToList();
        Assert.Equal([.. new[] { 0, 2, 4 }.SelectMany(t => Enumerable.Range(0, 50).Select(i => $"t{t}-{i}")), "end"], seen);
        var uncommitted = (await TakeAsync(all, 301)).Select(r => r.Value).ToList();
        Assert.Equal([.. Enumerable.Range(0, 6).SelectMany(t => Enumerable.Range(0, 50).Select(i => $"t{t}-{i}")), "end"], uncommitted);
        Assert.Equal(committed.Position(partition), all.Position(partition));
    }

    private static KafkaConsumer<string, string> Consumer(TestBroker broker, IsolationLevel isolation) => new(
        new ConsumerOptions { BootstrapServers = broker.BootstrapServers, AutoOffsetReset = AutoOffsetReset.Earliest, IsolationLevel = isolation },
        Deserializers.Utf8,
        Deserializers.Utf8);

    private static async Task<List<ConsumerRecord<string, string>>> TakeAsync(KafkaConsumer<string, string> consumer, int count)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        List<ConsumerRecord<string, string>> records = [];
        await foreach (var record in consumer.ConsumeAsync(limit.Token))
        {
            records.Add(record);
            if (records.Count == count)
            {
                break;
            }
        }

        return records;
    }
}

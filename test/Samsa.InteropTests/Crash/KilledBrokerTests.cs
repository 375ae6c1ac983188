using System.Globalization;
using System.Text;
using Samsa.InteropTests.RoundTrips;
using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.Crash;

/// <summary>
/// kill -9 of the real process, twenty times, each time in the middle of a stream of records: what was acknowledged with
/// acks=all is there afterwards, and an idempotent producer wrote nothing twice.
/// </summary>
public sealed class KilledBrokerTests
{
    // Fewer only to try the tests on Apache Kafka, which starts slowly.
    private static readonly int Kills =
        int.Parse(Environment.GetEnvironmentVariable("SAMSA_INTEROP_KILLS") ?? "20", CultureInfo.InvariantCulture);

    private const int MostPerRound = 600;
    private const int WhileDown = 100;
    private const int Seed = 4711;

    [Fact]
    public async Task Kcat_in_a_loop_loses_nothing_that_was_acknowledged()
    {
        const string Topic = "killed-kcat";
        _ = Tools.Kcat;
        await using TestBroker broker = await TestBroker.StartProcessAsync();
        await new KcatClient().CreateTopicAsync(broker.BootstrapServers, Topic, 1);
        Random random = new(Seed);
        List<string> acknowledged = [];
        for (int round = 0; round < Kills; round++)
        {
            await using RunningProducer producer = RunningProducer.StartKcat(broker.BootstrapServers, Topic);
            IEnumerable<string> stream = Records(round);
            List<string> sent = await producer.StreamUntilAcknowledgedAsync(random.Next(1, MostPerRound), stream);
            await broker.KillAsync();
            await producer.SendAsync(stream.Skip(sent.Count).Take(WhileDown));
            await broker.StartAsync();
            // It ends well only when every record of the round is acknowledged, those before the kill and those after.
            int expected = sent.Count + WhileDown;
            Assert.Equal(expected, (await producer.FinishAsync()).Count);
            acknowledged.AddRange(stream.Take(expected));
        }

        List<ConsumedRecord> found = await ReadAllAsync(broker, Topic);
        HashSet<string> values = [.. found.Select(record => Encoding.UTF8.GetString(record.Value!))];
        Assert.DoesNotContain(acknowledged, record => !values.Contains(record));
        Assert.Equal(acknowledged.Count, values.Count);
    }

    [Fact]
    public async Task An_idempotent_producer_loses_nothing_and_writes_nothing_twice()
    {
        const string Topic = "killed-idempotent";
        _ = Tools.Kcat;
        await using TestBroker broker = await TestBroker.StartProcessAsync();
        await new KcatClient().CreateTopicAsync(broker.BootstrapServers, Topic, 1);
        await using RunningProducer producer = RunningProducer.StartIdempotent(broker.BootstrapServers, Topic);
        Random random = new(Seed);
        List<string> sent = [];
        for (int round = 0; round < Kills; round++)
        {
            IEnumerable<string> stream = Records(round);
            int target = producer.Acknowledged + random.Next(1, MostPerRound);
            List<string> first = await producer.StreamUntilAcknowledgedAsync(target, stream);
            await broker.KillAsync();
            await producer.SendAsync(stream.Skip(first.Count).Take(WhileDown));
            await broker.StartAsync();
            sent.AddRange(stream.Take(first.Count + WhileDown));
        }

        List<string> acknowledged = await producer.FinishAsync();
        List<ConsumedRecord> found = await ReadAllAsync(broker, Topic);

        // Once each, in the order in which they were sent, and where the acknowledgement said.
        Assert.Equal(sent, found.Select(record => Encoding.UTF8.GetString(record.Value!)));
        Dictionary<long, string> byOffset = found.ToDictionary(record => record.Offset, record => Encoding.UTF8.GetString(record.Value!));
        Assert.Equal(sent.Count, acknowledged.Count);
        foreach (string[] parts in acknowledged.Select(line => line.Split('\t')))
        {
            long offset = long.Parse(parts[1], CultureInfo.InvariantCulture);
            // A batch that was written before the kill and sent again is acknowledged as a duplicate, without an offset.
            Assert.True(
                offset < 0 || byOffset[offset] == parts[0],
                $"'{parts[0]}' was acknowledged at {offset}, where '{byOffset.GetValueOrDefault(offset)}' is.");
        }
    }

    /// <summary>More than any round takes: how many are sent depends on how soon acknowledgements come.</summary>
    private static IEnumerable<string> Records(int round) =>
        Enumerable.Range(0, 1_000_000).Select(i => string.Create(CultureInfo.InvariantCulture, $"round {round} record {i}"));

    private static async Task<List<ConsumedRecord>> ReadAllAsync(TestBroker broker, string topic)
    {
        List<ConsumedRecord> found =
            (await new KcatClient().ConsumeAsync(broker.BootstrapServers, topic, RecordQuery.All))![0];
        Assert.Equal(Enumerable.Range(0, found.Count).Select(i => (long)i), found.Select(record => record.Offset));
        return found;
    }
}

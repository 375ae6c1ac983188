using System.Globalization;
using System.Text;
using Samsa.InteropTests.RoundTrips;
using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.Crash;

/// <summary>
/// kill -9 of the real process, SAMSA_INTEROP_KILLS times, each time in the middle of a stream of records: what was acknowledged with
/// acks=all is there afterwards, and an idempotent producer wrote nothing twice.
/// </summary>
public sealed class KilledBrokerTests
{
    // Fewer to try the tests on Apache Kafka, which starts slowly; more for a long run.
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
            IEnumerable<string> stream = IdempotentLoad.Records(round);
            List<string> sent = await producer.StreamUntilAcknowledgedAsync(random.Next(1, MostPerRound), stream);
            await broker.KillAsync();
            await producer.SendAsync(stream.Skip(sent.Count).Take(WhileDown));
            await broker.StartAsync();
            // It ends well only when every record of the round is acknowledged, those before the kill and those after.
            int expected = sent.Count + WhileDown;
            Assert.Equal(expected, (await producer.FinishAsync()).Count);
            acknowledged.AddRange(stream.Take(expected));
        }

        List<ConsumedRecord> found = await IdempotentLoad.ReadAllAsync(broker, Topic);
        HashSet<string> values = [.. found.Select(record => Encoding.UTF8.GetString(record.Value!))];
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Kills} kills, seed {Seed}: {acknowledged.Count} acknowledged, {found.Count} found, "
            + $"{acknowledged.Count(record => !values.Contains(record))} lost"));
        Assert.DoesNotContain(acknowledged, record => !values.Contains(record));
        Assert.Equal(acknowledged.Count, values.Count);
    }

    [Fact]
    public async Task An_idempotent_producer_loses_nothing_and_writes_nothing_twice()
    {
        const string Topic = "killed-idempotent";
        _ = Tools.Kcat;
        await using TestBroker broker = await TestBroker.StartProcessAsync();
        await IdempotentLoad.RunAsync(broker, Topic, Kills, static () => { });
    }
}

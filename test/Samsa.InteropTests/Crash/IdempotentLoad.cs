using System.Globalization;
using System.Text;
using Samsa.InteropTests.RoundTrips;
using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.Crash;

/// <summary>One idempotent producer that goes on while its broker is killed again and again, and the account of its records.</summary>
internal static class IdempotentLoad
{
    private const int MostPerRound = 600;
    private const int WhileDown = 100;
    private const int Seed = 4711;

    /// <summary>
    /// Kills the broker in the middle of the stream, does <paramref name="afterKill"/>, starts it again; in the end every
    /// record is there once, in the order in which it was sent, and where its acknowledgement said.
    /// </summary>
    public static async Task RunAsync(TestBroker broker, string topic, int kills, Action afterKill)
    {
        await new KcatClient().CreateTopicAsync(broker.BootstrapServers, topic, 1);
        await using RunningProducer producer = RunningProducer.StartIdempotent(broker.BootstrapServers, topic);
        Random random = new(Seed);
        List<string> sent = [];
        for (int round = 0; round < kills; round++)
        {
            IEnumerable<string> stream = Records(round);
            int target = producer.Acknowledged + random.Next(1, MostPerRound);
            List<string> first = await producer.StreamUntilAcknowledgedAsync(target, stream);
            await broker.KillAsync();
            afterKill();
            await producer.SendAsync(stream.Skip(first.Count).Take(WhileDown));
            await broker.StartAsync();
            sent.AddRange(stream.Take(first.Count + WhileDown));
        }

        // Once more, when everything is acknowledged: that is what must be there.
        List<string> acknowledged = await producer.FinishAsync();
        await broker.KillAsync();
        afterKill();
        await broker.StartAsync();
        List<ConsumedRecord> found = await ReadAllAsync(broker, topic);
        List<string> values = [.. found.Select(record => Encoding.UTF8.GetString(record.Value!))];
        HashSet<string> distinct = [.. values];
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{kills} kills, seed {Seed}: {sent.Count} sent, {acknowledged.Count} acknowledged, {values.Count} found, "
            + $"{sent.Count(record => !distinct.Contains(record))} lost, {values.Count - distinct.Count} duplicated"));

        Assert.Equal(sent, values);
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
    public static IEnumerable<string> Records(int round) =>
        Enumerable.Range(0, 1_000_000).Select(i => string.Create(CultureInfo.InvariantCulture, $"round {round} record {i}"));

    /// <summary>All records of partition 0, whose offsets must be without a gap.</summary>
    public static async Task<List<ConsumedRecord>> ReadAllAsync(TestBroker broker, string topic)
    {
        List<ConsumedRecord> found =
            (await new KcatClient().ConsumeAsync(broker.BootstrapServers, topic, RecordQuery.All))![0];
        Assert.Equal(Enumerable.Range(0, found.Count).Select(i => (long)i), found.Select(record => record.Offset));
        return found;
    }
}

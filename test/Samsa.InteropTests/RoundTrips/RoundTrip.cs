using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.RoundTrips;

/// <summary>
/// The promise that every client is held to: create a topic, produce ten thousand keyed records, read them back byte for byte
/// from assigned partitions; then restart the broker and read from the beginning, from an offset and from a time.
/// </summary>
internal static class RoundTrip
{
    public static async Task RunAsync(TestBroker broker, IKafkaClient client, string codec, string topic)
    {
        List<TestRecord> sent = RecordSet.Create(client.Abilities, seed: 20_260_000 + codec.Length);
        await client.CreateTopicAsync(broker.BootstrapServers, topic, RecordSet.Partitions);
        await client.ProduceAsync(broker.BootstrapServers, topic, codec, sent);
        if (client is KcatClient)
        {
            sent = KcatClient.WithSharedHeaders(sent);
        }

        IKafkaClient reader = client;
        List<ConsumedRecord>? first = (await client.ConsumeAsync(broker.BootstrapServers, topic, RecordQuery.All))?[0];
        if (first is null)
        {
            reader = new KcatClient(readHeaders: false);
            first = (await reader.ConsumeAsync(broker.BootstrapServers, topic, RecordQuery.All))![0];
        }

        ClientAbilities compared = client.Abilities | (client is KcatClient ? ClientAbilities.Headers : ClientAbilities.None);
        RecordComparison.AssertSame(sent, first, reader == client ? compared : compared & ~ClientAbilities.Headers);

        StoredBatches.AssertCodec(broker.DataDirectory, topic, codec);
        await broker.RestartAsync();
        await ReadAgainAsync(broker, reader, topic, first);
        if (client is not KcatClient)
        {
            // A second reader, of another family: what one client wrote another must understand.
            KcatClient kcat = new(readHeaders: false);
            List<ConsumedRecord> seen = (await kcat.ConsumeAsync(broker.BootstrapServers, topic, RecordQuery.All))![0];
            RecordComparison.AssertSame(sent, seen, compared & ~ClientAbilities.Headers);
        }
    }

    /// <summary>What <paramref name="first"/> saw must still be there, from every kind of start.</summary>
    private static async Task ReadAgainAsync(TestBroker broker, IKafkaClient reader, string topic, List<ConsumedRecord> first)
    {
        List<ConsumedRecord> middle = [.. first.Where(record => record.Partition == 1)];
        long offset = middle[middle.Count / 3].Offset;
        List<RecordQuery> queries = [RecordQuery.All, RecordQuery.FromOffset(1, offset)];
        if (reader.Abilities.HasFlag(ClientAbilities.TimeQueries))
        {
            long newest = first.Max(record => record.Timestamp!.Value);
            queries.AddRange(
            [
                RecordQuery.FromTime(first[first.Count / 2].Timestamp!.Value),
                RecordQuery.FromTime(newest),
                RecordQuery.FromTime(newest + 1),
            ]);
        }

        List<List<ConsumedRecord>> answers = (await reader.ConsumeAsync(broker.BootstrapServers, topic, [.. queries]))!;
        Assert.Equal(queries.Count, answers.Count);
        for (int i = 0; i < queries.Count; i++)
        {
            RecordComparison.AssertSame($"{queries[i]}", Expected(first, queries[i]), answers[i]);
        }
    }

    /// <summary>Kafka's rule for a time: from the first record of the partition that is at least as young.</summary>
    private static IEnumerable<ConsumedRecord> Expected(List<ConsumedRecord> all, RecordQuery query) => query switch
    {
        { Offset: { } offset } => all.Where(record => record.Partition == query.Partition && record.Offset >= offset),
        { Timestamp: { } time } => all.GroupBy(record => record.Partition)
            .SelectMany(partition => partition.OrderBy(record => record.Offset).SkipWhile(record => record.Timestamp < time)),
        _ => all,
    };
}

using System.Globalization;
using System.Text;
using Samsa.Client;
using Samsa.Client.Producer;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Xunit;

namespace Samsa.UnitTests.Client.Producer;

/// <summary>
/// Random lives of a producer: several callers, refusals, cut connections, changes of leader. Whatever happens, order is kept within each
/// caller's records of a partition, nothing is stored twice, and each record that was accepted is stored or reported.
/// More seeds: SAMSA_PRODUCER_SEEDS, from SAMSA_PRODUCER_FIRST_SEED on.
/// </summary>
public sealed class ProducerInvariantTests
{
    private const int Partitions = 4;
    private const int Callers = 3;
    private const int RecordsPerCaller = 150;

    private static readonly ErrorCode[] Passing =
    [
        ErrorCode.NotLeaderOrFollower, ErrorCode.NotEnoughReplicas, ErrorCode.KafkaStorageError, ErrorCode.UnknownTopicOrPartition,
        ErrorCode.CorruptMessage, ErrorCode.RequestTimedOut,
    ];

    public static TheoryData<int> Seeds
    {
        get
        {
            var first = int.Parse(Environment.GetEnvironmentVariable("SAMSA_PRODUCER_FIRST_SEED") ?? "1", CultureInfo.InvariantCulture);
            var count = int.Parse(Environment.GetEnvironmentVariable("SAMSA_PRODUCER_SEEDS") ?? "12", CultureInfo.InvariantCulture);
            return [.. Enumerable.Range(first, count)];
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Order_is_kept_nothing_is_lost_or_stored_twice(int seed)
    {
        var random = new Random(seed);
        var gate = new Lock();
        var scene = new ProducerScene(Partitions);
        scene.Options.BatchSize = random.Next(4) * 150;
        scene.Options.BufferMemory = 4000;
        scene.Options.MaxInFlightRequestsPerConnection = 1 + random.Next(5);
        scene.Cluster.OnAsync(ApiKey.Produce, async r =>
        {
            var request = (ProduceRequest)r.Message;
            int choice;
            int victim;
            ErrorCode error;
            lock (gate)
            {
                choice = random.Next(100);
                victim = random.Next(Partitions);
                error = Passing[random.Next(Passing.Length)];
                if (choice is >= 10 and < 14)
                {
                    scene.Leaders[victim] = 3 - scene.Leaders[victim];
                }
                else if (choice is >= 14 and < 20)
                {
                    scene.Cluster.Faults.CutNext(ApiKey.Produce, random.Next(60));
                }
            }

            // A broker carries out the requests of a connection in their order; only its answer may take time.
            var broker = ProducerScene.Broker(r);
            var answer = scene.Log.Answer(request, p =>
                scene.Leaders[p] != broker ? ErrorCode.NotLeaderOrFollower : choice < 10 && p == victim ? error : ErrorCode.None);
            if (choice is >= 20 and < 30)
            {
                await Task.Yield();
            }

            return answer;
        });

        var delivered = 0;
        await using (var producer = scene.Start())
        {
            await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(() => CallAsync(caller, producer))));
            Assert.Equal(Callers * RecordsPerCaller, delivered);
            await Conditions.Until(() => producer.BufferedBytes == 0);
        }

        Assert.Empty(scene.Reported);
        var stored = Enumerable.Range(0, Partitions).Select(scene.Log.Values).ToList();
        Assert.Equal(Callers * RecordsPerCaller, stored.Sum(v => v.Count));

        // No broker lost anything, so that no new epoch was needed.
        Assert.All(Enumerable.Range(0, Partitions).SelectMany(scene.Log.Batches), batch => Assert.Equal(0, batch.Epoch));
        for (var caller = 0; caller < Callers; caller++)
        {
            foreach (var values in stored)
            {
                var own = values.Select(v => v.Split(':')).Where(v => v[0] == Text(caller)).Select(v => int.Parse(v[1], null)).ToList();
                Assert.Equal(own.Distinct().Order(), own);
            }
        }

        async Task CallAsync(int caller, KafkaProducer producer)
        {
            var results = new List<Task<RecordMetadata>>();
            for (var i = 0; i < RecordsPerCaller; i++)
            {
                results.Add(producer.ProduceAsync(
                    new ProducerRecord
                    {
                        Topic = ProducerScene.Topic,
                        Partition = i % Partitions,
                        Value = Encoding.UTF8.GetBytes($"{Text(caller)}:{Text(i)}"),
                    },
                    TestContext.Current.CancellationToken).AsTask());
                if (i % 10 == 9)
                {
                    await Task.Yield();
                }
            }

            foreach (var result in results)
            {
                var place = await result;
                Assert.True(place.Offset >= 0);
                Interlocked.Increment(ref delivered);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Accepted_is_delivered_plus_reported(int seed)
    {
        var random = new Random(seed);
        var gate = new Lock();
        var scene = new ProducerScene(Partitions);
        scene.Options.BatchSize = 300;
        scene.Options.Retries = 3;
        scene.Cluster.On(ApiKey.Produce, r =>
        {
            int choice;
            lock (gate)
            {
                choice = random.Next(10);
            }

            return scene.Log.Answer((ProduceRequest)r.Message, p =>
                choice > Partitions || p != choice ? ErrorCode.None : p == 0 ? ErrorCode.InvalidRecord : ErrorCode.NotEnoughReplicas);
        });
        var failed = 0;
        var delivered = 0;
        await using (var producer = scene.Start())
        {
            await producer.GetTopicAsync(ProducerScene.Topic, TestContext.Current.CancellationToken);
            var results = new List<Task<RecordMetadata>>();
            for (var i = 0; i < RecordsPerCaller; i++)
            {
                results.Add(producer.ProduceAsync(
                    new ProducerRecord { Topic = ProducerScene.Topic, Partition = i % Partitions, Value = Encoding.UTF8.GetBytes(Text(i)) },
                    TestContext.Current.CancellationToken).AsTask());
                if (i % 7 == 0)
                {
                    await Task.Yield();
                }
            }

            foreach (var result in results)
            {
                try
                {
                    await result;
                    delivered++;
                }
                catch (KafkaException)
                {
                    failed++;
                }
            }
        }

        Assert.Equal(RecordsPerCaller, delivered + failed);
        Assert.Equal(failed, scene.Reported.Count);
        var stored = Enumerable.Range(0, Partitions).SelectMany(scene.Log.Values).ToList();
        Assert.Equal(stored.Count, stored.Distinct().Count());
        Assert.Equal(delivered, stored.Count);
        Assert.Equal(RecordsPerCaller, stored.Concat(scene.Reported.Select(r => r.Value)).Distinct().Count());
    }

    private static string Text(int i) => i.ToString(CultureInfo.InvariantCulture);
}

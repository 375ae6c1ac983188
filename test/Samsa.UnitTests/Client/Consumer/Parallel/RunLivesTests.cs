using System.Collections.Concurrent;
using Samsa.Client.Consumer;
using Samsa.Protocol;
using Samsa.UnitTests.Client.Consumer.Groups;
using Xunit;

namespace Samsa.UnitTests.Client.Consumer.Parallel;

/// <summary>
/// Consumers that process in parallel, fail, are cancelled at any moment and come back, until everything is done: no record is lost, no offset is
/// committed past one that is not finished, records of a key keep their order. SAMSA_PARALLEL_LIVES and SAMSA_PARALLEL_FIRST_SEED ask for more.
/// </summary>
public sealed class RunLivesTests
{
    private const int Partitions = 2;

    private static readonly int Lives = int.Parse(Environment.GetEnvironmentVariable("SAMSA_PARALLEL_LIVES") ?? "15", null);
    private static readonly int FirstSeed = int.Parse(Environment.GetEnvironmentVariable("SAMSA_PARALLEL_FIRST_SEED") ?? "1", null);

    [Fact]
    public async Task Nothing_is_lost_and_keys_keep_their_order_however_it_ends()
    {
        for (var seed = FirstSeed; seed < FirstSeed + Lives; seed++)
        {
            TestContext.Current.SendDiagnosticMessage($"seed {seed}");
            await LiveAsync(seed);
        }
    }

    private static async Task LiveAsync(int seed)
    {
        var random = new Random(seed);
        var stage = new ConsumerStage(Partitions);
        var group = new StageGroup(stage);
        stage.Options.GroupId = "g";
        stage.Options.EnableAutoCommit = random.Next(2) == 0;
        stage.Options.AutoCommitInterval = TimeSpan.FromMilliseconds(5);
        foreach (var partition in stage.Partitions)
        {
            for (var batches = random.Next(1, 6); batches > 0; batches--)
            {
                partition.AddKeys(new string([.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => ".abcde"[random.Next(6)])]));
            }
        }

        var finished = new ConcurrentDictionary<(TopicPartition, long), bool>();
        for (var life = 0; stage.Partitions.Exists(partition => group[partition.Id]?.Offset != partition.End); life++)
        {
            Assert.True(life < 1000, $"Seed {seed}: it comes to no end.");
            await RunOnceAsync(stage, group, finished, new Random(random.Next()), $"Seed {seed}, life {life}");
        }
    }

    private static async Task RunOnceAsync(
        ConsumerStage stage, StageGroup group, ConcurrentDictionary<(TopicPartition, long), bool> finished, Random random, string where)
    {
        var faults = new ConcurrentQueue<string>();
        var last = new ConcurrentDictionary<(TopicPartition, string?), long>();
        var inWork = new ConcurrentDictionary<(TopicPartition, string?), bool>();
        var left = random.Next(5, 200);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await using var consumer = stage.Typed();
        consumer.Assign(stage.Partitions.Select(partition => partition.Id));
        var options = new ProcessingOptions
        {
            DegreeOfParallelism = random.Next(1, 8),
            MaxPendingRecords = random.Next(1, 50),
            StopTimeout = random.Next(3) == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(30),
        };

        var run = consumer.RunAsync(ProcessAsync, options, Decide, stop.Token);
        try
        {
            // Everything may be done before it is cancelled.
            await Conditions.UntilAsync(
                () => run.IsCompleted || stage.Partitions.TrueForAll(partition => consumer.StoredOffset(partition.Id) == partition.End),
                CancellationToken.None);
            await stop.CancelAsync();
            await run;
        }
        catch (ProcessingException)
        {
        }
        catch (OperationCanceledException)
        {
        }

        await consumer.CommitAsync(TestContext.Current.CancellationToken);
        CheckCommitted();
        Assert.True(faults.IsEmpty, $"{where}: {string.Join("; ", faults)}");

        async ValueTask ProcessAsync(ConsumerRecord<string, string> record, CancellationToken cancellation)
        {
            var key = (record.Partition, record.Key);
            if (record.Key is not null)
            {
                if (!inWork.TryAdd(key, true))
                {
                    faults.Enqueue($"two of key {record.Key} are in work");
                }

                if (last.TryGetValue(key, out var before) && before > record.Offset)
                {
                    faults.Enqueue($"{record.Offset} came after {before}");
                }

                last[key] = record.Offset;
            }

            try
            {
                int choice;
                lock (random)
                {
                    choice = random.Next(100);
                }

                for (var i = choice % 7; i > 0; i--)
                {
                    await Task.Yield();
                }

                if (Interlocked.Decrement(ref left) <= 0)
                {
                    await stop.CancelAsync();
                }

                if (choice >= 95)
                {
                    throw new InvalidDataException("Bad.");
                }

                finished[(record.Partition, record.Offset)] = true;
            }
            finally
            {
                inWork.TryRemove(key, out _);
            }

            CheckCommitted();
        }

        ValueTask<ProcessingAction> Decide(FailedProcessing<string, string> failure, CancellationToken cancellation)
        {
            lock (random)
            {
                return ValueTask.FromResult(random.Next(10) == 0 ? ProcessingAction.Throw : ProcessingAction.Retry);
            }
        }

        void CheckCommitted()
        {
            foreach (var partition in stage.Partitions)
            {
                var committed = group[partition.Id]?.Offset ?? 0;
                for (long offset = 0; offset < committed; offset++)
                {
                    if (!finished.ContainsKey((partition.Id, offset)))
                    {
                        faults.Enqueue($"{committed} of {partition.Id} is committed, and {offset} is not finished");
                    }
                }
            }
        }
    }
}

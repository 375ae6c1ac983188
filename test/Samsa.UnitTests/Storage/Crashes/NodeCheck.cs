using Samsa.Broker.Metadata;
using Samsa.Protocol;
using Samsa.Storage;
using Xunit;

namespace Samsa.UnitTests.Storage.Crashes;

/// <summary>
/// Starts a node on a disk that a power cut left, and compares it with the model: the metadata is that before or after the operation
/// in progress, every log holds what was promised and nothing else, and the node works on from there.
/// </summary>
internal sealed class NodeCheck(LogConfig config, DateTimeOffset now, Random random)
{
    private const int ChangesOfAStart = 60;

    /// <summary>Checks a disk; now and then the power goes once more while it is recovered, and now and then life goes on.</summary>
    public async Task RunAsync(CrashDisk disk, NodeState before, NodeState after, bool mayCutAgain = true)
    {
        CrashDisk? cutAgain = null;
        if (mayCutAgain && random.Next(6) == 0)
        {
            var at = disk.Changes + random.Next(ChangesOfAStart);
            disk.BeforeChange = _ => cutAgain ??= disk.Changes == at ? disk.CutPower(random) : null;
        }

        var node = await StorageNode.StartAsync(disk, config, now);
        disk.BeforeChange = null;
        var found = Check(node, before, after);
        if (cutAgain is not null)
        {
            await RunAsync(cutAgain, before, after, mayCutAgain: false);
        }

        if (random.Next(3) == 0)
        {
            await LiveOnAsync(disk, node, found);
        }
    }

    /// <summary>Compares a node that has just started with the model. Returns what it holds.</summary>
    public static NodeState Check(StorageNode node, NodeState before, NodeState after)
    {
        Assert.True(node.Logs.Directories[0].IsOnline, node.Logs.Directories[0].Error);
        var topics = node.Metadata.Current.Topics;
        var matched = IsSame(topics, before) ? before : after;
        if (!IsSame(topics, matched))
        {
            Assert.Fail($"The metadata has {Describe(topics)}; promised were {Describe(before)} or {Describe(after)}.");
        }

        var found = matched with { Logs = matched.Logs.Clear(), Topics = matched.Topics.Clear() };
        foreach (var topic in topics.Values)
        {
            found = found.With(topic.Name, new TopicState(topic.Id, topic.Partitions.Count, RetentionOf(topic)));
            for (var i = 0; i < topic.Partitions.Count; i++)
            {
                var partition = new TopicPartition(topic.Name, i);
                var hosted = node.Replicas.Find(topic.Name, i);
                Assert.True(hosted is not null, $"{partition} is not hosted.");
                var expected = matched.Logs[partition];

                // A topic of the same name that is about to be deleted is not the same log.
                var old = before.Logs.GetValueOrDefault(partition) is { } known && known.TopicId == expected.TopicId ? known : expected;
                var next = after.Logs.GetValueOrDefault(partition) is { } coming && coming.TopicId == expected.TopicId ? coming : expected;
                found = found.With(partition, new LogCheck(hosted.Log).Run(old, next) with { TopicId = topic.Id });
                Assert.All(found.Logs[partition].Batches, batch => Assert.True(
                    batch.Epoch < hosted.LeaderEpoch, $"{partition} has a batch of epoch {batch.Epoch}, and is led in epoch {hosted.LeaderEpoch}"));
            }
        }

        return found;
    }

    private static bool IsSame(IReadOnlyDictionary<string, TopicImage> topics, NodeState state) =>
        topics.Count == state.Topics.Count && topics.Values.All(topic =>
            state.Topics.TryGetValue(topic.Name, out var expected)
            && (expected.Id == topic.Id || expected.Id == Guid.Empty)
            && expected.Partitions == topic.Partitions.Count
            && expected.Retention == RetentionOf(topic));

    private static string? RetentionOf(TopicImage topic) => topic.Configs.GetValueOrDefault("retention.ms");

    private static string Describe(IReadOnlyDictionary<string, TopicImage> topics) =>
        string.Join(", ", topics.Values.Select(topic => $"{topic.Name} {topic.Id} x{topic.Partitions.Count} {RetentionOf(topic)}"));

    private static string Describe(NodeState state) =>
        string.Join(", ", state.Topics.Select(topic => $"{topic.Key} {topic.Value.Id} x{topic.Value.Partitions} {topic.Value.Retention}"));

    // Producers go on, the node is stopped cleanly, and from then on nothing changes any more.
    private async Task LiveOnAsync(CrashDisk disk, StorageNode node, NodeState state)
    {
        var block = await node.Metadata.AllocateProducerIdsAsync();
        Assert.True(block.First >= state.ProducerIdsBelow, $"Producer id {block.First} is given out twice; the first {state.ProducerIdsBelow} were used.");
        foreach (var (partition, log) in state.Logs.OrderBy(static pair => pair.Key.ToString(), StringComparer.Ordinal))
        {
            var hosted = node.Replicas.Find(partition.Topic, partition.Partition)!;
            state = state.With(partition, GoOn(hosted.Log, hosted.LeaderEpoch, log));
        }

        if (random.Next(2) == 0)
        {
            state = node.CompactFilthiest(state);
            foreach (var (partition, log) in state.Logs)
            {
                new LogCheck(node.Replicas.Find(partition.Topic, partition.Partition)!.Log).Run(log, log);
            }
        }

        node.Scheduler.Run();
        await node.StopAsync();
        var files = disk.AllFiles();
        IndexAudit.Run(files);
        var again = await StorageNode.StartAsync(disk, config, now);
        Check(again, state, state);
        await again.StopAsync();
        AssertSame(files, disk.AllFiles());
    }

    private LogState GoOn(PartitionLog log, int leaderEpoch, LogState state)
    {
        foreach (var batch in StorageNode.IsCompacted(log.TopicPartition) ? [] : UnderWay(log, state))
        {
            var result = log.Append(ModelBytes.Of(batch), leaderEpoch, AppendOrigin.Client);
            Assert.Equal((ErrorCode.None, true, batch.First), (result.Error, result.IsDuplicate, result.FirstOffset));
        }

        // The last batch of an idempotent producer, sent again because its answer was lost.
        if (state.Batches.LastOrDefault(batch => batch.Sequence >= 0) is { } last && last.First >= log.LogStartOffset
            && !state.Batches.Exists(batch => batch.Producer == last.Producer && batch.Marker is not null && batch.First > last.First)
            && (!state.MayBeForgotten(last) || log.Producers.ActiveProducers().Any(known => known.ProducerId == last.Producer && known.LastSequence >= 0)))
        {
            var again = log.Append(ModelBytes.Of(last), leaderEpoch, AppendOrigin.Client);
            Assert.Equal((ErrorCode.None, true, last.First), (again.Error, again.IsDuplicate, again.FirstOffset));
            if (!last.IsTransactional)
            {
                var next = last with { First = state.End, Values = [Text(log, "next")], Sequence = last.LastSequence + 1, Epoch = leaderEpoch };
                state = Append(log, leaderEpoch, state, next);
            }
        }

        return Append(log, leaderEpoch, state, new ModelBatch(
            state.End, [Text(log, $"{random.Next()}")], now.ToUnixTimeMilliseconds(), leaderEpoch, -1, -1, -1, false, null)).Flushed();
    }

    // What clients may send again, because a crash took the answers: up to five batches of each producer that follow each other.
    private static IEnumerable<ModelBatch> UnderWay(PartitionLog log, LogState state)
    {
        foreach (var batches in state.Batches.Where(batch => batch.Sequence >= 0 && batch.First >= log.LogStartOffset).GroupBy(static batch => batch.Producer))
        {
            var run = new List<ModelBatch>();
            foreach (var batch in batches)
            {
                if (run is [.., var last] && (last.ProducerEpoch, last.LastSequence + 1) != (batch.ProducerEpoch, batch.Sequence))
                {
                    run.Clear();
                }

                run.Add(batch);
            }

            foreach (var batch in run.TakeLast(5))
            {
                yield return batch;
            }
        }
    }

    private string Text(PartitionLog log, string value) =>
        StorageNode.IsCompacted(log.TopicPartition) ? $"k{random.Next(3)}={value}" : value;

    private static LogState Append(PartitionLog log, int leaderEpoch, LogState state, ModelBatch batch)
    {
        var result = log.Append(ModelBytes.Of(batch), leaderEpoch, AppendOrigin.Client);
        Assert.Equal((ErrorCode.None, false, batch.First), (result.Error, result.IsDuplicate, result.FirstOffset));
        log.UpdateHighWatermark(log.LogEndOffset);
        return state.Append(batch);
    }

    private static void AssertSame(SortedDictionary<string, byte[]> before, SortedDictionary<string, byte[]> after)
    {
        // A start removes the producer snapshots that belong to no segment, all but the newest.
        Assert.Equal(before.Keys.Where(static path => !IsSnapshot(path)), after.Keys.Where(static path => !IsSnapshot(path)));
        foreach (var (path, content) in after)
        {
            if (path.EndsWith("/cleaner-offset-checkpoint", StringComparison.Ordinal))
            {
                // A start takes out the partitions that were deleted since the last compaction.
                Assert.Empty(Lines(content).Where(static line => line.Contains(' ')).Except(Lines(before[path])));
                continue;
            }

            // The lines of a checkpoint have no order.
            var same = path.EndsWith("-offset-checkpoint", StringComparison.Ordinal)
                ? Lines(content).SequenceEqual(Lines(before[path]))
                : content.AsSpan().SequenceEqual(before[path]);
            Assert.True(same, $"A clean start and stop changed {path}.");
        }
    }

    private static bool IsSnapshot(string path) => path.EndsWith(".snapshot", StringComparison.Ordinal);

    private static IEnumerable<string> Lines(byte[] content) =>
        System.Text.Encoding.UTF8.GetString(content).Split('\n').Order(StringComparer.Ordinal);
}

using Samsa.Broker.Metadata;
using Samsa.Broker.Metrics;
using Samsa.Broker.Network;
using Samsa.Broker.Replication;
using Samsa.Storage.Directories;

namespace Samsa.Broker;

/// <summary>Tells the metrics where to read what is not counted but is there: partitions, directories, topics.</summary>
internal static class BrokerGauges
{
    /// <summary><c>BrokerState</c> while the broker serves.</summary>
    private const double Running = 3;

    internal static void Register(BrokerMetrics metrics, ReplicaManager replicas, LogManager logs, IClusterMetadata metadata, int brokerId, SocketServer server)
    {
        metrics.Partitions = () => Sample(replicas, metadata);
        metrics.AddGauge(MetricCatalogue.BrokerState, static () => Running);
        metrics.AddGauge(MetricCatalogue.MemoryPoolUsed, () => server.RequestBytesHeld);
        metrics.AddGauge(MetricCatalogue.MemoryPoolAvailable, () => server.RequestBytesAvailable);
        metrics.AddGauge(MetricCatalogue.OfflineLogDirectoryCount, () => logs.Directories.Count(static directory => !directory.IsOnline));
        foreach (var directory in logs.Directories)
        {
            metrics.AddGauge(MetricCatalogue.LogDirectoryOffline, directory.Path, () => directory.IsOnline ? 0 : 1);
        }

        RegisterCleaner(metrics, logs);

        metrics.AddGauge(MetricCatalogue.ActiveControllerCount, () => metadata.Current.ControllerId == brokerId ? 1 : 0);
        metrics.AddGauge(MetricCatalogue.ActiveBrokerCount, () => metadata.Current.Brokers.Count);
        metrics.AddGauge(MetricCatalogue.FencedBrokerCount, static () => 0);
        metrics.AddGauge(MetricCatalogue.GlobalTopicCount, () => metadata.Current.Topics.Count);
        metrics.AddGauge(MetricCatalogue.GlobalPartitionCount, () => metadata.Current.Topics.Values.Sum(static topic => topic.Partitions.Count));
        metrics.AddGauge(
            MetricCatalogue.OfflinePartitionsCount,
            () => replicas.Topics.Sum(static topic => CountOffline(topic)));
        metrics.AddGauge(MetricCatalogue.PreferredReplicaImbalanceCount, static () => 0);
        metrics.AddGauge(MetricCatalogue.UncleanLeaderElections, static () => 0);
        metrics.AddGauge(MetricCatalogue.ReassigningPartitions, static () => 0);
        metrics.AddGauge(
            MetricCatalogue.PurgatorySize, "Fetch", () => replicas.Topics.Sum(static topic => Sum(topic, static partition => partition.Waiting)));
        metrics.AddGauge(
            MetricCatalogue.ProducerIdCount, () => replicas.Topics.Sum(static topic => Sum(topic, static partition => partition.Log.Producers.Count)));
    }

    private static void RegisterCleaner(BrokerMetrics metrics, LogManager logs)
    {
        if (logs.Cleaner is not { } cleaner)
        {
            return;
        }

        metrics.AddGauge(MetricCatalogue.CleanerRecopyPercent, () => cleaner.RecopyPercent);
        metrics.AddGauge(MetricCatalogue.CleanerMaxCleanTime, () => cleaner.MaxCleanTimeSeconds);
        metrics.AddGauge(MetricCatalogue.CleanerMaxBufferUtilization, () => cleaner.MaxBufferUtilizationPercent);
        metrics.AddGauge(MetricCatalogue.CleanerMaxCompactionDelay, () => cleaner.MaxCompactionDelaySeconds);
        metrics.AddGauge(MetricCatalogue.CleanerDeadThreadCount, () => cleaner.DeadThreadCount);
        metrics.AddGauge(MetricCatalogue.CleanerMaxDirtyPercent, () => cleaner.MaxDirtyPercent);
        metrics.AddGauge(MetricCatalogue.CleanerTimeSinceLastRun, () => cleaner.TimeSinceLastRunMs);
        metrics.AddGauge(MetricCatalogue.CleanerIo, () => cleaner.IoBytes);
        foreach (var directory in logs.Directories)
        {
            metrics.AddGauge(
                MetricCatalogue.UncleanablePartitionsCount, directory.Path, () => cleaner.UncleanablePartitions(directory.Path));
            metrics.AddGauge(MetricCatalogue.UncleanableBytes, directory.Path, () => cleaner.UncleanableBytes(directory.Path));
        }
    }

    private static List<PartitionSample> Sample(ReplicaManager replicas, IClusterMetadata metadata)
    {
        var samples = new List<PartitionSample>();
        foreach (var topic in replicas.Topics)
        {
            foreach (var partition in topic.Partitions)
            {
                if (partition is null || metadata.Current.FindPartition(topic.Name, partition.TopicPartition.Partition) is not { } image)
                {
                    continue;
                }

                var log = partition.Log;
                samples.Add(new PartitionSample
                {
                    Topic = topic.Name,
                    Partition = partition.TopicPartition.Partition,
                    Size = log.SizeInBytes,
                    Segments = log.SegmentCount,
                    LogStartOffset = log.LogStartOffset,
                    LogEndOffset = log.LogEndOffset,
                    LastStableOffsetLag = Math.Max(0, log.HighWatermark - log.LastStableOffset),
                    Replicas = image.Replicas.Count,
                    InSyncReplicas = image.InSyncReplicas.Count,
                    MinInSyncReplicas = log.Config.MinInSyncReplicas,
                    IsLeader = partition.IsOnline,
                    IsOffline = !partition.IsOnline,
                });
            }
        }

        return samples;
    }

    private static int CountOffline(HostedTopic topic)
    {
        var count = 0;
        for (var index = 0; index < topic.Partitions.Length; index++)
        {
            count += topic.IsLedHere(index) && topic.Partitions[index] is not { IsOnline: true } ? 1 : 0;
        }

        return count;
    }

    private static int Sum(HostedTopic topic, Func<Partition, int> value)
    {
        var sum = 0;
        foreach (var partition in topic.Partitions)
        {
            sum += partition is null ? 0 : value(partition);
        }

        return sum;
    }
}

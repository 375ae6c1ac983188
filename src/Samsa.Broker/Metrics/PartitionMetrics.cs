namespace Samsa.Broker.Metrics;

/// <summary>Shows the partitions of a broker: each of them, and what their sum says about the broker.</summary>
internal static class PartitionMetrics
{
    /// <summary>Writes the families of partitions and those of <c>ReplicaManager</c> that follow from them.</summary>
    public static void Write(PrometheusWriter writer, IReadOnlyList<PartitionSample> partitions)
    {
        var labelled = partitions
            .OrderBy(p => p.Topic, StringComparer.Ordinal).ThenBy(p => p.Partition)
            .Select(p => (Number: $"{p.Partition}", Sample: p))
            .ToList();
        Each(MetricCatalogue.LogSize, p => p.Size);
        Each(MetricCatalogue.LogSegments, p => p.Segments);
        Each(MetricCatalogue.LogStartOffset, p => p.LogStartOffset);
        Each(MetricCatalogue.LogEndOffset, p => p.LogEndOffset);
        Each(MetricCatalogue.UnderReplicated, p => p.IsUnderReplicated ? 1 : 0);
        Each(MetricCatalogue.InSyncReplicasCount, p => p.InSyncReplicas);
        Each(MetricCatalogue.ReplicasCount, p => p.Replicas);
        Each(MetricCatalogue.LastStableOffsetLag, p => p.LastStableOffsetLag);
        Each(MetricCatalogue.UnderMinIsr, p => p.IsUnderMinIsr ? 1 : 0);
        Each(MetricCatalogue.AtMinIsr, p => p.IsAtMinIsr ? 1 : 0);
        Total(MetricCatalogue.PartitionCount, _ => true);
        Total(MetricCatalogue.LeaderCount, p => p.IsLeader);
        Total(MetricCatalogue.OfflineReplicaCount, p => p.IsOffline);
        Total(MetricCatalogue.UnderReplicatedPartitions, p => p.IsUnderReplicated);
        Total(MetricCatalogue.UnderMinIsrPartitionCount, p => p.IsUnderMinIsr);
        Total(MetricCatalogue.AtMinIsrPartitionCount, p => p.IsAtMinIsr);

        void Each(MetricFamily family, Func<PartitionSample, long> value)
        {
            writer.Begin(family);
            foreach (var (number, sample) in labelled)
                writer.Sample(value(sample), sample.Topic, number);
        }

        void Total(MetricFamily family, Func<PartitionSample, bool> counts)
        {
            writer.Begin(family);
            writer.Sample(partitions.Count(counts));
        }
    }
}

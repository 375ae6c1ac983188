using Samsa.Broker.Groups.Consumers;
using Samsa.Broker.Metrics;

namespace Samsa.Broker.Groups;

/// <summary>Tells the metrics where to read what is counted of groups. Stateless.</summary>
internal static class GroupGauges
{
    private static readonly ClassicGroupState[] Living =
        [ClassicGroupState.Empty, ClassicGroupState.PreparingRebalance, ClassicGroupState.CompletingRebalance, ClassicGroupState.Stable];

    private static readonly ConsumerGroupState[] ConsumerStates = Enum.GetValues<ConsumerGroupState>();

    /// <summary>Adds the gauges of one coordinator.</summary>
    public static void Register(BrokerMetrics metrics, GroupCoordinator coordinator)
    {
        var counts = coordinator.Counts;
        metrics.AddGauge(MetricCatalogue.GroupCount, () => Living.Sum(counts.GroupsIn) + ConsumerStates.Sum(counts.GroupsIn));
        metrics.AddGauge(MetricCatalogue.GroupsOfProtocol, "classic", () => Living.Sum(counts.GroupsIn));
        metrics.AddGauge(MetricCatalogue.GroupsOfProtocol, "consumer", () => ConsumerStates.Sum(counts.GroupsIn));
        foreach (var state in ConsumerStates)
        {
            metrics.AddGauge(MetricCatalogue.ConsumerGroupCount, state.ToString(), () => counts.GroupsIn(state));
        }

        metrics.AddGauge(MetricCatalogue.ConsumerGroupRebalanceCount, () => counts.ConsumerRebalances);
        metrics.AddGauge(MetricCatalogue.GroupsPreparingRebalance, () => counts.GroupsIn(ClassicGroupState.PreparingRebalance));
        metrics.AddGauge(MetricCatalogue.GroupsCompletingRebalance, () => counts.GroupsIn(ClassicGroupState.CompletingRebalance));
        metrics.AddGauge(MetricCatalogue.GroupsStable, () => counts.GroupsIn(ClassicGroupState.Stable));
        metrics.AddGauge(MetricCatalogue.GroupsEmpty, () => counts.GroupsIn(ClassicGroupState.Empty));
        metrics.AddGauge(MetricCatalogue.GroupsDead, static () => 0);
        metrics.AddGauge(MetricCatalogue.CommittedOffsetCount, () => counts.Offsets);
        metrics.AddGauge(MetricCatalogue.GroupPartitions, "active", () => coordinator.Lanes.Count(static lane => lane.IsOnline && !lane.IsLoading));
        metrics.AddGauge(MetricCatalogue.GroupPartitions, "loading", () => coordinator.Lanes.Count(static lane => lane.IsOnline && lane.IsLoading));
        metrics.AddGauge(MetricCatalogue.GroupPartitions, "failed", () => coordinator.Lanes.Count(static lane => !lane.IsOnline));
        metrics.AddGauge(MetricCatalogue.GroupLoadTimeMax, () => counts.LongestLoadMs);
        metrics.AddGauge(MetricCatalogue.GroupLoadTimeAvg, () => counts.AverageLoadMs);
        metrics.AddGauge(MetricCatalogue.OffsetCommitCount, () => counts.Commits);
        metrics.AddGauge(MetricCatalogue.OffsetExpirationCount, () => counts.Expirations);
        metrics.AddGauge(MetricCatalogue.OffsetDeletionCount, () => counts.Deletions);
        metrics.AddGauge(MetricCatalogue.CompletedRebalanceCount, () => counts.Rebalances);
    }
}

using System.Globalization;
using Samsa.Broker.Configuration;
using Samsa.Broker.Metadata;

namespace Samsa.Broker.Groups.Consumers;

/// <summary>What the configuration says about one consumer group now: its own values, then the cluster's, then the broker's. Stateless.</summary>
internal static class GroupSettings
{
    /// <summary><c>consumer.session.timeout.ms</c>.</summary>
    public static int SessionTimeoutMs(GroupOptions options, MetadataImage cluster, string group) =>
        Own(cluster, group, GroupKeys.ConsumerSessionTimeoutMs) ?? options.ConsumerSessionTimeoutMs;

    /// <summary><c>consumer.heartbeat.interval.ms</c>.</summary>
    public static int HeartbeatIntervalMs(GroupOptions options, MetadataImage cluster, string group) =>
        Own(cluster, group, GroupKeys.ConsumerHeartbeatIntervalMs) ?? options.ConsumerHeartbeatIntervalMs;

    /// <summary><c>consumer.assignment.interval.ms</c>.</summary>
    public static int AssignmentIntervalMs(GroupOptions options, MetadataImage cluster, string group) =>
        Own(cluster, group, GroupKeys.ConsumerAssignmentIntervalMs)
        ?? Number(cluster.DefaultBrokerConfigs, BrokerKeys.GroupConsumerAssignmentIntervalMs)
        ?? options.ConsumerAssignmentIntervalMs;

    private static int? Own(MetadataImage cluster, string group, string key) =>
        cluster.GroupConfigs.TryGetValue(group, out var values) ? Number(values, key) : null;

    private static int? Number(IReadOnlyDictionary<string, string> values, string key) =>
        values.TryGetValue(key, out var text) && int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null;
}

using Samsa.Protocol;

namespace Samsa.InteropTests.Differential;

/// <summary>Every difference that is meant. docs/conformance.md gives the reason for each name; a test compares the two.</summary>
internal static class AllowedDifferences
{
    /// <summary>Keys that say where a broker is, as alternatives of a pattern.</summary>
    public const string OwnKeys =
        "advertised.listeners|listeners|listener.security.protocol.map|log.dirs|node.id|process.roles|controller.listener.names|controller.quorum.voters";

    /// <summary>Keys whose defaults changed after 3.9, as alternatives of a pattern.</summary>
    public const string KeysOtherThanIn39 =
        "early.start.listeners|group.consumer.assignors|group.coordinator.append.linger.ms|group.coordinator.rebalance.protocols|group.coordinator.threads"
        + "|group.share.max.size|group.share.partition.max.record.locks|log.dir|(log.)?message.timestamp.after.max.ms|metric.reporters"
        + "|num.recovery.threads.per.data.dir|remote.log.manager.*|remote.log.reader.threads|sasl.oauthbearer.expected.audience|share.coordinator.state.topic.*";

    public static IReadOnlyList<AllowedDifference> All { get; } =
    [
        new("served-apis", ApiKey.ApiVersions, null, ".*", @"ApiKeys\[.*"),
        new("features", ApiKey.ApiVersions, null, ".*", "(Supported|Finalized)Features.*"),
        new("produce-v0-v2", ApiKey.Produce, "4.3", ".*", ".*") { Versions = (0, 2) },
        new("produce-v0-v2-without-a-batch", ApiKey.Produce, "3.9", "spoilt (batch length too large|cut off|no bytes|ten bytes|too short for a batch)", ".*ErrorCode")
        {
            Versions = (0, 2),
        },
        new("reasons", ApiKey.Produce, null, ".*", ".*\\.ErrorMessage"),
        new("reasons", ApiKey.DescribeProducers, null, "unknown.*", ".*\\.ErrorMessage"),
        new("future-timestamps", ApiKey.Produce, "3.9", "timestamp in the future", ".*"),
        new("same-partition-twice", ApiKey.Fetch, null, "same partition twice", ".*"),
        new("same-partition-twice", ApiKey.ListOffsets, "3.9", "same partition twice", ".*"),
        new("negative-limit", ApiKey.Fetch, null, "answer limit negative", ".*"),
        new("no-followers", ApiKey.Fetch, null, "replica that is none", "(.*CurrentLeader|NodeEndpoints).*"),
        new("conversion-tail", ApiKey.Fetch, "3.9", ".*", ".*Records.end") { Versions = (0, 3) },
        new("no-room-for-a-batch", ApiKey.Fetch, "3.9", "partition limit below the first batch", ".*Records") { Versions = (0, 2) },
        new("no-records", ApiKey.Fetch, "3.9", "codec zstd|isolation level seven", ".*Records"),
        new("empty-topics", ApiKey.ListOffsets, "3.9", "no partitions", "Topics.*"),
        new("negative-epochs", ApiKey.OffsetForLeaderEpoch, null, "epoch minus two", ".*"),
        new("made-at-once", ApiKey.Metadata, null, "makes a topic", ".*"),
        new("union-of-keys", ApiKey.DescribeConfigs, null, ".*", @".*\.Configs(\[.*)?") { OnlyAbsent = true },
        new("union-of-keys", ApiKey.CreateTopics, "4.3", ".*", @".*\.Configs\[.*") { OnlyAbsent = true },
        new("union-of-keys", ApiKey.CreateTopics, "4.3", "config message.(downconversion.enable|format.version)=.*", ".*"),
        new("own-addresses", ApiKey.DescribeConfigs, null, "broker", $@"Results\[1\]\.Configs\[({OwnKeys})\].*"),
        new("defaults-of-4", ApiKey.DescribeConfigs, "3.9", "broker|topic.*|no keys", $@".*\.Configs\[({KeysOtherThanIn39})\].*"),
        new("defaults-of-4", ApiKey.CreateTopics, "3.9", ".*", @".*\.Configs\[message.timestamp.after.max.ms\].Value"),
        new("eligible-leaders", ApiKey.DescribeConfigs, "4.3", ".*", @".*\.Configs\[min.insync.replicas\].*Source"),
        new("eligible-leaders", ApiKey.CreateTopics, "4.3", ".*", @".*\.Configs\[min.insync.replicas\].ConfigSource"),
        new("marked-defaults", ApiKey.DescribeConfigs, "3.9", ".*", ".*\\.IsDefault") { Versions = (0, 0) },
        new("parsed-values", ApiKey.CreateTopics, null, "config .*", @".*\.Configs\[(cleanup.policy|preallocate|retention.ms)\].Value"),
        new("zookeeper-offsets", ApiKey.OffsetCommit, "3.9", ".*", ".*") { Versions = (0, 0) },
        new("zookeeper-offsets", ApiKey.OffsetFetch, "3.9", ".*", ".*") { Versions = (0, 0) },
        new("zookeeper-offsets", ApiKey.ListGroups, "3.9", ".*", @"Groups\[OffsetCommit-.*-v0-g\].*"),
        new("missing-groups", ApiKey.OffsetCommit, "3.9", "by a member of an unknown group", ".*ErrorCode") { Versions = (9, 9) },
        new("groups-without-offsets", ApiKey.ListGroups, "3.9", ".*", @"Groups\[OffsetDelete-.*\].*"),
        new("group-operations", ApiKey.DescribeGroups, "3.9", "operations", ".*AuthorizedOperations"),
        new("assignments-while-members-gather", ApiKey.DescribeGroups, "3.9", ".*", ".*MemberAssignment"),
        new("assignments-after-a-downgrade", ApiKey.ConsumerGroupHeartbeat, "4.3", "the last member of the new protocol leaves", ".*MemberAssignment"),
        new("small-segments", ApiKey.CreateTopics, "4.3", "config segment.bytes=100", ".*"),
    ];

    public static List<AllowedDifference> Of(ApiKey api, string peer) =>
        [.. All.Where(row => row.Api == api && (row.Peer is null || row.Peer == peer))];
}

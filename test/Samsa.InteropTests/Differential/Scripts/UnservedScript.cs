namespace Samsa.InteropTests.Differential.Scripts;

/// <summary>Tools whose requests Samsa does not serve yet: they must say so at once, or give up after their own time.</summary>
internal static class UnservedScript
{
    private const string Reassignment = """{"version":1,"partitions":[{"topic":"u-one","partition":0,"replicas":[1]}]}""";

    public static ToolChapter Chapter { get; } = new("unserved",
    [
        new("create", "kafka-topics", "--create", "--topic", "u-one", "--partitions", "1") { More = true },
        new("transactions", "kafka-transactions", "--bootstrap-server", "$SERVER", "list") { Refused = Lacks("LIST_TRANSACTIONS"), More = true },
        new("leader election", "kafka-leader-election", "--election-type", "preferred", "--all-topic-partitions") { Refused = Lacks("ELECT_LEADERS"), More = true },
        new("execute a reassignment", "kafka-reassign-partitions", "--execute", "--reassignment-json-file", "$FILE")
        {
            Refused = Lacks("LIST_PARTITION_REASSIGNMENTS"),
            File = Reassignment,
            More = true,
        },
        new("list reassignments", "kafka-reassign-partitions", "--list") { Refused = Lacks("LIST_PARTITION_REASSIGNMENTS"), More = true },
        new("unregister", "kafka-cluster", "unregister", "--bootstrap-server", "$SERVER", "--id", "7")
        {
            Refused = "The target cluster does not support the broker unregistration API.",
            More = true,
        },
        new("upgrade a feature", "kafka-features", "--bootstrap-server", "$SERVER", "upgrade", "--feature", "group.version=1")
        {
            Refused = Lacks("UPDATE_FEATURES"),
            More = true,
        },
        new("quorum", "kafka-metadata-quorum", "--bootstrap-server", "$SERVER", "describe", "--status") { Refused = Lacks("DESCRIBE_QUORUM"), More = true },
        new("access control", "kafka-acls", "--list") { Refused = Lacks("DESCRIBE_ACLS"), More = true },
        new("quotas", "kafka-configs", "--entity-type", "clients", "--entity-name", "c", "--describe") { Refused = Lacks("DESCRIBE_CLIENT_QUOTAS"), More = true },
        new("log levels", "kafka-configs", "--entity-type", "broker-loggers", "--entity-name", "1", "--describe")
        {
            Refused = "The log levels of this broker cannot be read or changed at run time.",
            More = true,
        },
    ]);

    private static string Lacks(string api) => "The node does not support " + api;
}

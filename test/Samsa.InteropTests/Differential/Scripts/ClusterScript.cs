namespace Samsa.InteropTests.Differential.Scripts;

/// <summary>Who the broker is and what it can: the tools that only ask.</summary>
internal static class ClusterScript
{
    public static ToolChapter Chapter { get; } = new("cluster",
    [
        new("create", "kafka-topics", "--create", "--topic", "k-one", "--partitions", "1"),
        new("produce idempotent", "kafka-console-producer", "--topic", "k-one") { Input = "one\n" },
        new("cluster id", "kafka-cluster", "cluster-id", "--bootstrap-server", "$SERVER"),
        new("endpoints", "kafka-cluster", "list-endpoints", "--bootstrap-server", "$SERVER") { Only = "4.3" },
        new("endpoints with fenced brokers", "kafka-cluster", "list-endpoints", "--bootstrap-server", "$SERVER", "--include-fenced-brokers") { Only = "4.3", More = true },
        new("APIs", "kafka-broker-api-versions"),
        new("features", "kafka-features", "--bootstrap-server", "$SERVER", "describe") { More = true },
        Transactions("producers", "describe-producers --topic k-one --partition 0"),
        Transactions("hanging transactions", "find-hanging --topic k-one --partition 0") with { More = true },
        Transactions("abort nothing", "abort --topic k-one --partition 0 --start-offset 0") with { Fails = true, More = true },
        new("reassign", "kafka-reassign-partitions", "--generate", "--topics-to-move-json-file", "$FILE", "--broker-list", "1")
        {
            File = """{"version":1,"topics":[{"topic":"k-one"}]}""",
        },
        new("reassign to an unknown broker", "kafka-reassign-partitions", "--generate", "--topics-to-move-json-file", "$FILE", "--broker-list", "1,7")
        {
            File = """{"version":1,"topics":[{"topic":"k-one"}]}""",
            More = true,
        },
    ]);

    // The address comes before the command.
    private static ToolCall Transactions(string name, string arguments) =>
        new(name, "kafka-transactions", ["--bootstrap-server", "$SERVER", .. arguments.Split(' ')]);
}

namespace Samsa.InteropTests.Differential.Scripts;

/// <summary>Consumers in groups, and what administrators see and change of them.</summary>
internal static class GroupScript
{
    public static ToolChapter Chapter { get; } = new("groups",
    [
        new("create", "kafka-topics", "--create", "--topic", "g-one", "--partitions", "1"),
        new("produce", "kafka-console-producer", "--topic", "g-one") { Input = "a\nb\nc\nd\n" },
        new("no groups", "kafka-consumer-groups", "--list") { More = true },
        new("unknown group", "kafka-consumer-groups", "--describe", "--group", "nobody") { More = true },
        new("consume", "kafka-console-consumer", "--topic", "g-one", "--group", "readers", "--from-beginning", "--max-messages", "3", "--timeout-ms", "60000"),
        new("list", "kafka-consumer-groups", "--list", "--state"),
        new("list of states", "kafka-consumer-groups", "--list", "--state", "Stable,Empty") { More = true },
        new("list of types", "kafka-consumer-groups", "--list", "--type", "classic") { More = true },
        new("describe", "kafka-consumer-groups", "--describe", "--group", "readers"),
        new("describe members", "kafka-consumer-groups", "--describe", "--group", "readers", "--members", "--verbose") { More = true },
        new("describe state", "kafka-consumer-groups", "--describe", "--group", "readers", "--state") { More = true },
        new("reset on trial", "kafka-consumer-groups", "--group", "readers", "--topic", "g-one", "--reset-offsets", "--to-earliest", "--dry-run") { More = true },
        new("reset", "kafka-consumer-groups", "--group", "readers", "--topic", "g-one", "--reset-offsets", "--shift-by", "-2", "--execute") { More = true },
        new("export", "kafka-consumer-groups", "--group", "readers", "--all-topics", "--reset-offsets", "--to-current", "--export", "--dry-run") { More = true },
        new("go on", "kafka-console-consumer", "--topic", "g-one", "--group", "readers", "--max-messages", "2", "--timeout-ms", "60000") { More = true },
        new("delete offsets", "kafka-consumer-groups", "--delete-offsets", "--group", "readers", "--topic", "g-one") { More = true },
        new("describe without offsets", "kafka-consumer-groups", "--describe", "--group", "readers") { Only = "4.3", More = true },
        new("delete unknown", "kafka-consumer-groups", "--delete", "--group", "nobody") { More = true },
        new("groups", "kafka-groups", "--list") { Only = "4.3", More = true },
        new("share groups", "kafka-share-groups", "--list") { Only = "4.3", More = true },
        new("streams groups", "kafka-streams-groups", "--list") { Only = "4.3", More = true },
    ]);
}

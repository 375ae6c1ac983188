namespace Samsa.InteropTests.Differential;

/// <summary>Every printed text that is meant to differ; docs/conformance.md gives the reason for each name, a test compares the two.</summary>
internal static class ToolDifferences
{
    private const string AnyKey = @"^  (?<key>[A-Za-z0-9_.]+)=.*$";
    private const string AnyApi = @"^\t(?<key>\w+\(\d+\)): .*$";

    public static IReadOnlyList<ToolDifference> All { get; } =
    [
        new("eligible-leaders", "4.3", "topics", "describe (one|all|overrides|in small answers|grown)") { Kafka = "(?<=Configs: )min.insync.replicas=1,?" },
        Both(new("words-of-4", "3.9", "topics", "create replicated"), " or some brokers have all their log directories cordoned"),
        Both(new("union-of-keys", null, "configs", "describe all of a (topic|broker)") { OnlyAbsent = true }, AnyKey),
        Both(new("own-addresses", null, "configs", "describe all of a broker"), $"^  ({AllowedDifferences.OwnKeys})=.*$"),
        Both(new("defaults-of-4", "3.9", "configs", "describe all of a (topic|broker)"), $"^  ({AllowedDifferences.KeysOtherThanIn39})=.*$"),
        new("eligible-leaders", "4.3", "configs", "describe all of a (topic|broker)") { Kafka = "DYNAMIC_DEFAULT_BROKER_CONFIG:min.insync.replicas=1, " },
        new("eligible-leaders", "4.3", "configs", "describe (default|brokers|cleared brokers)")
        {
            Kafka = "^  min.insync.replicas=1 sensitive=false synonyms={DYNAMIC_DEFAULT_BROKER_CONFIG:min.insync.replicas=1}$",
        },
        new("words-of-4", "3.9", "configs", "key that is (read only|no default)") { Samsa = @"(?<=: )\[|\]$", Kafka = @"(?<=: )Set\(|\)$" },
        new("reasons", null, "records", "produce too large|performance of too large records")
        {
            Samsa = @"A batch of (\d+|N) bytes for \S+ is larger than max.message.bytes, \d+",
            Kafka = "The request included a message larger than the max message size the server will accept.",
        },
        Both(new("served-apis", null, "cluster", "APIs"), @"(?<=^\t\w+\(\d+\): )\d+( to \d+)? (?=\[usable)|,$"),
        Both(new("served-apis", null, "cluster", "APIs"), @"^\t\w+\(\d+\): UNSUPPORTED$"),
        Both(new("served-apis", null, "cluster", "APIs") { OnlyAbsent = true }, AnyApi),
        new("features", null, "cluster", "features") { Kafka = "^Feature: .*$" },
    ];

    private static ToolDifference Both(ToolDifference row, string pattern) => row with { Samsa = pattern, Kafka = pattern };
}

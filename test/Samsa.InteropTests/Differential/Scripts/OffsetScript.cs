namespace Samsa.InteropTests.Differential.Scripts;

/// <summary>kafka-get-offsets by every time, and kafka-delete-records.</summary>
internal static class OffsetScript
{
    public static ToolChapter Chapter { get; } = new("offsets",
    [
        new("create", "kafka-topics", "--create", "--topic", "o-one", "--partitions", "1"),
        new("create two", "kafka-topics", "--create", "--topic", "o-two", "--partitions", "2") { MoreIn39 = true },
        new("produce", "kafka-verifiable-producer", "--topic", "o-one", "--max-messages", "9", "--message-create-time", "1600000000000"),
        Offsets("latest", "--topic o-one --time latest"),
        Offsets("earliest", "--topic o-one --time -2") with { More = true },
        Offsets("max timestamp", "--topic o-one --time max-timestamp") with { MoreIn39 = true },
        Offsets("max timestamp of nothing", "--topic o-two --time -3") with { More = true },
        Offsets("earliest local", "--topic o-one --time earliest-local") with { More = true },
        Offsets("latest tiered", "--topic o-one --time -5") with { More = true },
        Offsets("earliest to upload", "--topic o-one --time -6") with { More = true, Only = "4.3" },
        Offsets("a time before all", "--topic o-one --time 1599999999999") with { MoreIn39 = true },
        Offsets("a time after all", "--topic o-one --time 99999999999999") with { More = true },
        Offsets("no time", "--topic o-one --time soon") with { Fails = true, More = true },
        Offsets("all", "--exclude-internal-topics") with { MoreIn39 = true },
        Offsets("pattern and partition", "--topic o-.* --partitions 0") with { More = true },
        Offsets("partitions of topics", "--topic-partitions o-one:0,o-two:1-3") with { More = true },
        Offsets("unknown partition", "--topic o-one --partitions 7") with { Fails = true, More = true },
        Offsets("unknown topic", "--topic o-nobody") with { Fails = true },
        Delete("delete records", """{"topic":"o-one","partition":0,"offset":4}"""),
        Delete("delete to the end", """{"topic":"o-one","partition":0,"offset":2},{"topic":"o-two","partition":1,"offset":-1}""") with { AnyOrder = true, MoreIn39 = true },
        Delete("delete too many", """{"topic":"o-one","partition":0,"offset":99}"""),
        Delete("delete a negative number", """{"topic":"o-one","partition":0,"offset":-7}""") with { More = true },
        Delete("delete the same twice", """{"topic":"o-one","partition":0,"offset":1},{"topic":"o-one","partition":0,"offset":1}""") with { Fails = true, More = true },
        Delete("delete nothing", "") with { More = true },
        Offsets("earliest after deletion", "--topic o-.* --time earliest"),
        new(
            "consume what is deleted", "kafka-console-consumer", "--topic", "o-one", "--partition", "0", "--offset", "0", "--max-messages", "1",
            "--timeout-ms", "3000")
        {
            More = true,
        },
    ]);

    private static ToolCall Offsets(string name, string arguments) => new(name, "kafka-get-offsets", arguments.Split(' '));

    private static ToolCall Delete(string name, string partitions) => new(name, "kafka-delete-records", "--offset-json-file", "$FILE")
    {
        File = $$"""{"version":1,"partitions":[{{partitions}}]}""",
    };
}

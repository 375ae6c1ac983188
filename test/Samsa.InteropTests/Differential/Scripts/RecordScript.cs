namespace Samsa.InteropTests.Differential.Scripts;

/// <summary>The producers, and the console consumer without a group.</summary>
internal static class RecordScript
{
    public static ToolChapter Chapter(ToolWords words) => new("records",
    [
        new("create", "kafka-topics", "--create", "--topic", "r-one", "--partitions", "1"),
        new("produce", "kafka-console-producer", "--topic", "r-one", words.Read, "parse.key=true", words.Read, "parse.headers=true")
        {
            Input = "h:1,g:ü\tkey-1\tvalue 1\nh:2\tkey-2\tvalue 2\nh:3\tkey-3\t\n",
        },
        new(
            "produce compressed", "kafka-console-producer", "--topic", "r-one", "--compression-codec", "zstd", "--request-required-acks", "1",
            words.Read, "parse.key=true", words.Read, "key.separator=:", words.Read, "null.marker=NULL")
        {
            Input = "a:1\nb:2\na:NULL\n",
            More = true,
        },
        new("produce without a key", "kafka-console-producer", "--topic", "r-one", words.Read, "parse.key=true") { Input = "no key\n", Fails = true, More = true },
        new("produce to a new topic", "kafka-console-producer", "--topic", "r-made") { Input = "x\ny\n" },
        new("produce to a misnamed topic", "kafka-console-producer", "--topic", "bad name!") { Input = "x\n", More = true },
        new("produce too large", "kafka-console-producer", "--topic", "r-one", words.Produce, "max.request.size=3000000") { Input = new string('x', 1_100_000) + "\n" },
        new(
            "consume", "kafka-console-consumer", "--topic", "r-one", "--partition", "0", "--offset", "1", "--max-messages", "2", "--timeout-ms", "60000",
            words.Print, "print.key=true", words.Print, "print.timestamp=false", words.Print, "print.offset=true", words.Print, "print.headers=true",
            words.Print, "print.partition=true"),
        new(
            "consume what is committed", "kafka-console-consumer", "--topic", "r-one", "--partition", "0", "--offset", "earliest", "--max-messages", "6",
            "--timeout-ms", "60000", "--isolation-level", "read_committed", words.Print, "print.key=true", words.Print, "null.literal=NIL", words.Print, "print.epoch=true")
        {
            More = true,
        },
        new("consume at the end", "kafka-console-consumer", "--topic", "r-one", "--partition", "0", "--offset", "latest", "--timeout-ms", "1000") { More = true },
        new("consume behind the end", "kafka-console-consumer", "--topic", "r-one", "--partition", "0", "--offset", "999", "--timeout-ms", "3000") { More = true },
        new("consume an unknown partition", "kafka-console-consumer", "--topic", "r-one", "--partition", "5", "--offset", "0", "--timeout-ms", "2000") { More = true },
        new("consume misnamed", "kafka-console-consumer", "--topic", "bad name!", "--partition", "0", "--offset", "0", "--timeout-ms", "2000") { More = true },
        new(
            "verifiable producer", "kafka-verifiable-producer", "--topic", "r-one", "--max-messages", "3", "--value-prefix", "7",
            "--message-create-time", "1600000000000"),
        new("verifiable producer without acks", "kafka-verifiable-producer", "--topic", "r-one", "--max-messages", "2", "--acks", "0", "--repeating-keys", "2") { More = true },
        new(
            "performance", "kafka-producer-perf-test", "--topic", "r-made", "--num-records", "1000", "--record-size", "100", "--throughput", "-1",
            words.Perform, "bootstrap.servers=$SERVER"),
        new(
            "performance of too large records", "kafka-producer-perf-test", "--topic", "r-made", "--num-records", "2", "--record-size", "2000000",
            "--throughput", "-1", words.Perform, "bootstrap.servers=$SERVER", "max.request.size=3000000")
        {
            More = true,
        },
        new("ends", "kafka-get-offsets", "--topic", "r-.*"),
    ]);
}

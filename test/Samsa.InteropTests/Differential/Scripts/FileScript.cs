namespace Samsa.InteropTests.Differential.Scripts;

/// <summary>What is in the log directories: kafka-log-dirs, and kafka-dump-log on both brokers' files while they run.</summary>
internal static class FileScript
{
    private const string Sealed = "$DIR/f-one-0/00000000000000000000";
    private const string Active = "$DIR/f-one-0/00000000000000000010";

    // One batch each: eleven fill a segment and begin the next one.
    private static readonly string Records =
        string.Concat(Enumerable.Range(0, 10).Select(i => $"h:{i}\tkey-{i}\t{new string('x', 100_000)}\n"))
        + $"h:10\t\t{new string('y', 60_000)}\nh:11,g:ü\tkey\tvalue\nh:12\tlast\tNULL\n";

    public static ToolChapter Chapter(ToolWords words) => new("files",
    [
        new("create", "kafka-topics", "--create", "--topic", "f-one", "--partitions", "1", "--config", "segment.bytes=1048576"),
        new("create more", "kafka-topics", "--create", "--topic", "f-more", "--partitions", "3") { More = true },
        new(
            "produce", "kafka-console-producer", "--topic", "f-one", "--sync", "--timeout", "0", words.Read, "parse.key=true", words.Read, "parse.headers=true",
            words.Read, "null.marker=NULL")
        {
            Input = Records,
        },
        new("directories", "kafka-log-dirs", "--describe", "--topic-list", "f-one"),
        new("directories with every partition", "kafka-log-dirs", "--describe"),
        new("directories of an unknown topic", "kafka-log-dirs", "--describe", "--topic-list", "f-nobody,f-one", "--broker-list", "1") { More = true },
        new("directories of an unknown broker", "kafka-log-dirs", "--describe", "--broker-list", "1,7") { Fails = true, More = true },
        new("dump sealed", "kafka-dump-log", "--files", Sealed + ".log", "--deep-iteration"),
        new("dump active", "kafka-dump-log", "--files", Active + ".log", "--print-data-log"),
        new("dump index", "kafka-dump-log", "--files", $"{Sealed}.index"),
        new("check indexes", "kafka-dump-log", "--files", $"{Sealed}.index,{Sealed}.timeindex", "--index-sanity-check") { More = true },
        new("verify time index", "kafka-dump-log", "--files", Sealed + ".timeindex", "--verify-index-only") { More = true },
        new("dump producers", "kafka-dump-log", "--files", Active + ".snapshot"),
    ]);
}

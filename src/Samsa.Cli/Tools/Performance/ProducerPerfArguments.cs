using Samsa.Cli.Tools.Arguments;

namespace Samsa.Cli.Tools.Performance;

/// <summary>What <c>kafka-producer-perf-test</c> declares where a release is followed. Those of the other release are understood, and not shown.</summary>
internal sealed class ProducerPerfArguments
{
    private const string OneOf = "One of --record-size, --payload-file and --payload-monotonic has to be given.";
    private const string PropertyPlaceholder = "PROP-NAME=PROP-VALUE";
    private const string FilePlaceholder = "CONFIG-FILE";

    public ProducerPerfArguments(KafkaRelease release)
    {
        bool isNew = release == KafkaRelease.V43;
        Set = new ArgumentSet(
            isNew ? "kafka-producer-perf-test" : "producer-performance",
            "Measures how fast records are sent and how long it takes until they are acknowledged.")
        {
            ShowsDefaults = true,
        };
        var payload = new ArgumentGroup(IsExclusive: true, IsRequired: true, null, OneOf);
        Server = Set.Text("--bootstrap-server", "Where the cluster is; goes before bootstrap.servers of the properties.", "BOOTSTRAP-SERVER");
        Topic = Set.Text("--topic", "The topic to send to.", required: true);
        Count = Set.Long("--num-records", "How many records are sent.", "NUM-RECORDS", required: true);
        Delimiter = Set.Text(
            "--payload-delimiter", "What separates the values in the file of --payload-file, a regular expression; a line feed without it.",
            "PAYLOAD-DELIMITER", "\\n");
        Throughput = Set.Double(
            "--throughput", "About how many records are sent per second at most; -1 for as many as possible.", required: true);
        Properties = Set.Text(
            "--producer-props", "Settings of the producer; they go before those of a file.", PropertyPlaceholder, kind: ArgumentKind.Many);
        CommandProperties = Set.Text(
            "--command-property", "Settings of the producer; they go before those of a file.", PropertyPlaceholder, kind: ArgumentKind.Many);
        ConfigFile = Set.Text("--producer.config", "A file with settings of the producer.", FilePlaceholder);
        CommandConfigFile = Set.Text("--command-config", "A file with settings of the producer.", FilePlaceholder);
        PrintMetrics = Set.Flag("--print-metrics", "Prints at the end what the client counted.");
        TransactionalId = Set.Text("--transactional-id", "Sends in transactions of this id, which this version cannot do.", "TRANSACTIONAL-ID");
        TransactionDuration = Set.Long(
            "--transaction-duration-ms", "Sends in transactions of this length, which this version cannot do.", "TRANSACTION-DURATION");
        Warmup = Set.Long(
            "--warmup-records", "How many records are left out of a second summary, which is that of the steady state.", "WARMUP-RECORDS", 0);
        ReportingInterval = Set.Long("--reporting-interval", "After how many ms progress is printed.", "INTERVAL-MS", 5_000);
        RecordSize = Set.Integer("--record-size", $"The bytes of each value. {OneOf}", "RECORD-SIZE", group: payload);
        PayloadFile = Set.Text(
            "--payload-file", $"A file of UTF-8 text with values, from which each record takes one by chance. {OneOf}", "PAYLOAD-FILE", group: payload);
        PayloadMonotonic = Set.Flag("--payload-monotonic", $"The values are the numbers from 0 on, as text. {OneOf}", payload);
        foreach (var later in new Argument[] { Server, CommandProperties, CommandConfigFile, Warmup, ReportingInterval })
            later.IsHidden = !isNew;
    }

    public ArgumentSet Set { get; }

    public Argument<string> Server { get; }

    public Argument<string> Topic { get; }

    public Argument<long?> Count { get; }

    public Argument<string> Delimiter { get; }

    public Argument<double?> Throughput { get; }

    public Argument<string> Properties { get; }

    public Argument<string> CommandProperties { get; }

    public Argument<string> ConfigFile { get; }

    public Argument<string> CommandConfigFile { get; }

    public Argument PrintMetrics { get; }

    public Argument<string> TransactionalId { get; }

    public Argument<long?> TransactionDuration { get; }

    public Argument<long?> Warmup { get; }

    public Argument<long?> ReportingInterval { get; }

    public Argument<int?> RecordSize { get; }

    public Argument<string> PayloadFile { get; }

    public Argument PayloadMonotonic { get; }
}

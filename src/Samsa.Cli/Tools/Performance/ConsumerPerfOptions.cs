using Samsa.Cli.Tools.Options;

namespace Samsa.Cli.Tools.Performance;

/// <summary>What <c>kafka-consumer-perf-test</c> declares.</summary>
internal sealed class ConsumerPerfOptions
{
    private const long DefaultTimeout = 10_000;
    private const int DefaultFetchSize = 1024 * 1024;
    private const int DefaultSocketBuffer = 2 * 1024 * 1024;

    public ConsumerPerfOptions(OptionSet options)
    {
        Server = options.Text("bootstrap-server", "server to connect to", "REQUIRED: The brokers to start from.");
        BrokerList = options.Text(
            "broker-list", "broker-list", "DEPRECATED, the same as --bootstrap-server, which goes first.", until: KafkaRelease.V39);
        Topic = options.Text("topic", "topic", "REQUIRED: The topic to read.");
        Include = options.Text(
            "include", "Java regex (String)", "A regular expression for the topics to read.", since: KafkaRelease.V43);
        Group = options.Text(
            "group", "gid", "The group to read in. Without it the tool takes all partitions, and keeps no offsets.",
            defaultText: "none");
        FetchSize = options.Integer("fetch-size", "size", "The most bytes of a partition in one answer.", DefaultFetchSize);
        Properties = options.Text(
            "command-property", "prop1=val1", "A setting of the consumer; goes before those of a file.", since: KafkaRelease.V43);
        FromLatest = options.Flag("from-latest", "Begins at the end of the log, not at its beginning.");
        SocketBuffer = options.Integer("socket-buffer-size", "size", "The size of the socket's receive buffer.", DefaultSocketBuffer);
        ConfigFile = options.Text("consumer.config", "config file", "A file with settings of the consumer.");
        CommandConfigFile = options.Text("command-config", "config file", "A file with settings of the consumer.", since: KafkaRelease.V43);
        PrintMetrics = options.Flag("print-metrics", "Prints at the end what the client counted.");
        Detailed = options.Flag("show-detailed-stats", "Prints a line for each interval, instead of one at the end.");
        Timeout = options.Long("timeout", "milliseconds", "How long the tool waits for the next record.", DefaultTimeout, argument: OptionArgument.Optional);
        Messages = options.Long("messages", "count", "How many records to read at least.");
        Count = options.Long("num-records", "count", "REQUIRED: How many records to read at least.", since: KafkaRelease.V43);
        ReportingInterval = options.Long("reporting-interval", "interval_ms", "The length of an interval in ms.", 5_000);
        DateFormat = options.Text(
            "date-format", "date format", "How times are printed, in the letters of java.text.SimpleDateFormat.", "yyyy-MM-dd HH:mm:ss:SSS");
        HideHeader = options.Flag("hide-header", "Leaves the names of the columns away.");
        Threads = options.Integer("threads", "count", "DEPRECATED, without effect: there is one thread.", 10, until: KafkaRelease.V39);
        Fetchers = options.Integer("num-fetch-threads", "count", "DEPRECATED, without effect.", 1, until: KafkaRelease.V39);
    }

    public Option<string> Server { get; }

    public Option<string> BrokerList { get; }

    public Option<string> Topic { get; }

    public Option<string> Include { get; }

    public Option<string> Group { get; }

    public Option<int> FetchSize { get; }

    public Option<string> Properties { get; }

    public Option FromLatest { get; }

    public Option<int> SocketBuffer { get; }

    public Option<string> ConfigFile { get; }

    public Option<string> CommandConfigFile { get; }

    public Option PrintMetrics { get; }

    public Option Detailed { get; }

    public Option<long> Timeout { get; }

    public Option<long> Messages { get; }

    public Option<long> Count { get; }

    public Option<long> ReportingInterval { get; }

    public Option<string> DateFormat { get; }

    public Option HideHeader { get; }

    public Option<int> Threads { get; }

    public Option<int> Fetchers { get; }
}

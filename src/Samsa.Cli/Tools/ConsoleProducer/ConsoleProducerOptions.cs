using System.Globalization;
using Samsa.Cli.Tools.Clusters;
using Samsa.Cli.Tools.Options;
using Samsa.Client.Configuration;
using Samsa.Client.Producer;

namespace Samsa.Cli.Tools.ConsoleProducer;

/// <summary>The options of <c>kafka-console-producer</c>: which go together, and what they say to the producer.</summary>
internal sealed class ConsoleProducerOptions
{
    /// <summary>What 3.9 says where no address is given.</summary>
    public const string NoServer = "Missing required option(s) [bootstrap-server]";

    private const string CompressionType = "compression.type";
    private const string GzipWithoutName = "gzip";
    private const string ReaderDescription =
        "A setting of the reader, key=value; may come several times:\n parse.key=false\n parse.headers=false\n ignore.error=false\n"
        + " key.separator=\\t\n headers.delimiter=\\t\n headers.separator=,\n headers.key.separator=:\n"
        + " null.marker=   a key, value or header value with this text is null\nA line is, with parse.headers=true and parse.key=true:\n"
        + " \"h1:v1,h2:v2...\\tkey\\tvalue\"";

    private static readonly string[] LineReaders = ["org.apache.kafka.tools.LineMessageReader", "kafka.tools.ConsoleProducer$LineMessageReader"];

    private readonly Option<string> _brokerList;
    private readonly Option<string> _bootstrapServer;
    private readonly Option<string> _producerProperty;
    private readonly Option<string> _commandProperty;
    private readonly Option<string> _producerConfig;
    private readonly Option<string> _commandConfig;
    private readonly Option<string> _property;
    private readonly Option<string> _readerProperty;
    private readonly Option<string> _readerConfig;
    private readonly Option<string> _lineReader;
    private readonly Option<string> _compression;
    private readonly List<(string Key, Option Option, Func<ParsedOptions, string?> Value)> _settings = [];

    public ConsoleProducerOptions(OptionSet options)
    {
        Topic = options.Text("topic", "topic", "REQUIRED: The topic to send to.");
        _brokerList = options.Text(
            "broker-list", "broker-list", "DEPRECATED, the same as --bootstrap-server, which goes first.", until: KafkaRelease.V39);
        _bootstrapServer = options.Text(
            "bootstrap-server", "server to connect to", "REQUIRED: The brokers to start from, HOST1:PORT1,HOST2:PORT2.");
        Sync = options.Flag("sync", "Waits for each record to be delivered before the next one is read.");
        _compression = options.Text(
            "compression-codec", "compression-codec", "The codec of batches: none, gzip, snappy, lz4 or zstd; gzip if none is named.",
            argument: OptionArgument.Optional);
        Add("batch.size", options.Integer("batch-size", "size", "The bytes of a batch at which it is sent without waiting (batch.size).", 16 * 1024));
        Add("retries", options.Integer("message-send-max-retries", "", "How often a batch that failed is sent again (retries).", 3));
        Add("retry.backoff.ms", options.Long("retry-backoff-ms", "", "The time in ms before a batch is sent again (retry.backoff.ms).", 100));
        Add("linger.ms", options.Long("timeout", "timeout_ms", "The time in ms that a batch waits for more records (linger.ms).", 1000));
        Add("acks", options.Text("request-required-acks", "request required acks", "When a record counts as delivered: 0, 1, or -1 or all (acks).", "-1"));
        Add("request.timeout.ms", options.Integer(
            "request-timeout-ms", "request timeout ms", "The time in ms that a broker has to answer (request.timeout.ms).", 1500));
        Add("metadata.max.age.ms", options.Long(
            "metadata-expiry-ms", "metadata expiration interval", "The age in ms at which metadata is asked for anew (metadata.max.age.ms).", 300_000));
        Add("max.block.ms", options.Long(
            "max-block-ms", "max block on send", "The time in ms that a line may wait for metadata and for room (max.block.ms).", 60_000));
        Add("buffer.memory", options.Long(
            "max-memory-bytes", "total memory in bytes", "The bytes of batches that may wait or be under way (buffer.memory).", 33_554_432));
        Add("batch.size", options.Integer(
            "max-partition-memory-bytes", "memory in bytes per partition", "The same as --batch-size, and goes first (batch.size).", 16 * 1024));
        _lineReader = options.Text("line-reader", "reader_class", "The class that makes records of lines; there is only this one.", LineReaders[0]);
        Add("send.buffer.bytes", options.Integer("socket-buffer-size", "size", "The size of the socket's send buffer (send.buffer.bytes).", 1024 * 100));
        _property = options.Text("property", "prop", ReaderDescription);
        _readerProperty = options.Text("reader-property", "prop", ReaderDescription, since: KafkaRelease.V43);
        _readerConfig = options.Text("reader-config", "config file", "A file with settings of the reader; [property] goes first.");
        _producerProperty = options.Text("producer-property", "producer_prop", "A setting of the producer, key=value; may come several times.");
        _commandProperty = options.Text(
            "command-property", "producer_prop", "A setting of the producer, key=value; may come several times.", since: KafkaRelease.V43);
        _producerConfig = options.Text("producer.config", "config file", "A file with settings of the producer; [producer-property] goes first.");
        _commandConfig = options.Text(
            "command-config", "config file", "A file with settings of the producer; [command-property] goes first.", since: KafkaRelease.V43);
    }

    /// <summary>The topic.</summary>
    public Option<string> Topic { get; }

    /// <summary>Whether each record is waited for.</summary>
    public Option Sync { get; }

    /// <summary>Refuses what is missing or does not go together, in Kafka's words and order.</summary>
    /// <exception cref="ToolException">Something is wrong.</exception>
    public void Check(ParsedOptions options, KafkaRelease release)
    {
        if (release == KafkaRelease.V39 && !options.Has(_bootstrapServer) && !options.Has(_brokerList))
            throw new ToolException(NoServer, showOptions: true);
        if (!options.Has(Topic))
            throw new ToolException("Missing required argument \"[topic]\"", showOptions: true);
        NotBoth(_commandConfig, _producerConfig);
        NotBoth(_commandProperty, _producerProperty);
        NotBoth(_readerProperty, _property);
        if (!options.Has(_bootstrapServer) && !options.Has(_brokerList))
            throw new ToolException("Error while validating the bootstrap address\n", showOptions: true);
        if (options.Value(_lineReader) is { } reader && !LineReaders.Contains(reader, StringComparer.Ordinal))
            throw new ToolException($"the line reader {reader} is unknown: Samsa runs no Java classes; there is {LineReaders[0]}");

        void NotBoth(Option one, Option other)
        {
            if (options.Has(one) && options.Has(other))
                throw new ToolException($"Options --{one.Name} and --{other.Name} cannot be specified together.", showOptions: true);
        }
    }

    /// <summary>The warnings of 4.3 about the names of 3.9, in its words.</summary>
    public IEnumerable<string> Warnings(ParsedOptions options)
    {
        (Option Old, Option New)[] renamed = [(_producerProperty, _commandProperty), (_producerConfig, _commandConfig), (_property, _readerProperty)];
        foreach (var (old, name) in renamed)
        {
            if (options.Has(old))
                yield return $"Warning: --{old.Name} is deprecated and will be removed in a future version. Use --{name.Name} instead.";
        }
    }

    /// <summary>The settings of the reader.</summary>
    /// <exception cref="ToolException">The file cannot be read.</exception>
    public Dictionary<string, string> ReaderSettings(ParsedOptions options) =>
        ClientSettings.Read(options.Value(_readerConfig), [.. options.Values(_property), .. options.Values(_readerProperty)]);

    /// <summary>What the command line says to the producer. An option goes before a setting, a setting before an option's default.</summary>
    /// <exception cref="ToolException">A file cannot be read.</exception>
    /// <exception cref="ClientConfigException">A value is wrong.</exception>
    public ProducerOptions ProducerSettings(ParsedOptions options, ToolConsole console)
    {
        var settings = ClientSettings.Read(
            options.Value(_producerConfig) ?? options.Value(_commandConfig), [.. options.Values(_producerProperty), .. options.Values(_commandProperty)]);
        settings["bootstrap.servers"] = options.Value(_bootstrapServer) ?? options.Value(_brokerList)!;

        // As in Kafka's tool the codec is the option's in any case.
        settings[CompressionType] = !options.Has(_compression) ? "none"
            : options.Value(_compression) is { Length: > 0 } codec ? codec
            : GzipWithoutName;
        settings.TryAdd("client.id", "console-producer");
        foreach (var (key, option, value) in _settings)
        {
            if (options.Has(option) || !settings.ContainsKey(key))
                settings[key] = value(options) ?? "";
        }

        var producer = new ProducerOptions();
        ClientSettings.Apply(producer, settings, "producer", console);
        return producer;
    }

    private void Add<T>(string key, Option<T> option) =>
        _settings.Add((key, option, parsed => Convert.ToString(parsed.Value(option), CultureInfo.InvariantCulture)));
}

using Samsa.Cli.Tools.Clusters;
using Samsa.Cli.Tools.Options;

namespace Samsa.Cli.Tools.Performance;

/// <summary>
/// <c>kafka-e2e-latency</c>: sends one record after the other and tells how long each took until a consumer had it. 3.9 takes its arguments
/// by their place, 4.3 by name and, with a warning, by place too; both ways are understood in any case.
/// </summary>
internal sealed class EndToEndLatencyTool : OptionTool
{
    private const string ByPlace =
        "USAGE: java org.apache.kafka.tools.EndToEndLatency broker_list topic num_messages producer_acks message_size_bytes [optional] properties_file";

    private const string ByPlaceIsOld =
        "WARNING: Positional argument usage is deprecated and will be removed in Apache Kafka 5.0. Please use named arguments instead: "
        + "--bootstrap-server, --topic, --num-records, --producer-acks, --record-size, --command-config";

    private readonly Option<string> _server;
    private readonly Option<string> _topic;
    private readonly Option<int> _count;
    private readonly Option<string> _acks;
    private readonly Option<int> _size;
    private readonly Option<int> _keySize;
    private readonly Option<int> _headerKeySize;
    private readonly Option<int> _headerSize;
    private readonly Option<int> _headers;
    private readonly Option<string> _config;

    public EndToEndLatencyTool()
    {
        _server = Options.Text("bootstrap-server", "bootstrap-server", "REQUIRED: The brokers to start from.");
        _topic = Options.Text("topic", "topic-name", "REQUIRED: The topic to send to and to read.");
        _count = Options.Integer("num-records", "count", "REQUIRED: How many records to send.");
        _acks = Options.Text("producer-acks", "producer-acks", "REQUIRED: When a record counts as sent: '1' or 'all'.");
        _size = Options.Integer("record-size", "bytes", "REQUIRED: The bytes of each value.");
        _keySize = Options.Integer("record-key-size", "bytes", "Optional: The bytes of each key; no keys without it.", 0, argument: OptionArgument.Optional);
        _headerKeySize = Options.Integer("record-header-key-size", "bytes", "Optional: The bytes of the name of each header.", 0, argument: OptionArgument.Optional);
        _headerSize = Options.Integer("record-header-size", "bytes", "Optional: The bytes of the value of each header; -1 for null.", 0, argument: OptionArgument.Optional);
        _headers = Options.Integer("num-headers", "count", "Optional: How many headers each record has.", 0, argument: OptionArgument.Optional);
        _config = Options.Text(
            "command-config", "config-file", "Optional: A file with settings of producer, consumer and admin client.",
            argument: OptionArgument.Optional);
    }

    protected override string Purpose => "This tool measures end-to-end latency in Kafka by sending messages and timing their reception.";

    protected override ReadOnlyMemory<string> Prepare(ReadOnlyMemory<string> arguments, ToolConsole console)
    {
        // 4.3 asks for the arguments by place where only --help or --version is given, too.
        bool isNamed = arguments.Length > 1 && arguments.Span[0].StartsWith("--", StringComparison.Ordinal);
        if (isNamed || (arguments.Length == 0 && Release == KafkaRelease.V43))
            return arguments;
        if (arguments.Length is not (5 or 6))
        {
            throw new ToolException(Release == KafkaRelease.V39
                ? ByPlace
                : $"Invalid number of arguments. Expected 5 or 6 positional arguments, but got {arguments.Length}. "
                    + "Usage: bootstrap-server topic num-records producer-acks record-size [optional] command-config");
        }

        if (Release == KafkaRelease.V43)
            console.Output.WriteLine(ByPlaceIsOld);
        Option[] named = [_server, _topic, _count, _acks, _size, _config];
        return named.Zip(arguments.ToArray(), (option, value) => $"--{option.Name}={value}").ToArray();
    }

    protected override async Task<int> RunAsync(ParsedOptions options, ToolConsole console, CancellationToken cancellation)
    {
        Require(options, _server, _topic, _count, _acks, _size);
        Check(options);
        var properties = options.Value(_config) is { Length: > 0 } file ? PropertiesFile.Read(file) : new Dictionary<string, string>();
        var run = new LatencyRun(options.Value(_server)!, options.Value(_topic)!, options.Value(_acks)!, properties, console)
        {
            Size = options.Value(_size),
            KeySize = options.Value(_keySize),
            Headers = options.Value(_headers),
            HeaderKeySize = options.Value(_headerKeySize),
            HeaderSize = options.Value(_headerSize),
        };
        await run.RunAsync(options.Value(_count), cancellation);
        return 0;
    }

    private void Check(ParsedOptions options)
    {
        if (options.Value(_acks) is not ("1" or "all"))
        {
            throw Release == KafkaRelease.V39
                ? new ToolException("Latency testing requires synchronous acknowledgement. Please use 1 or all")
                : new ToolException(
                    "Invalid value for --producer-acks. Latency testing requires synchronous acknowledgement. Please use '1' or 'all'.", showOptions: true);
        }

        const string NotNegative = "a non-negative integer.";
        AtLeast(_count, 1, "a positive integer.");
        AtLeast(_size, 0, NotNegative);
        AtLeast(_keySize, 0, NotNegative);
        AtLeast(_headerKeySize, 0, NotNegative);
        AtLeast(_headerSize, -1, "a non-negative integer or -1 for null header value.");
        AtLeast(_headers, 0, NotNegative);

        void AtLeast(Option<int> option, int least, string what)
        {
            if (options.Value(option) < least)
                throw new ToolException($"Value for --{option.Name} must be {what}", showOptions: true);
        }
    }
}

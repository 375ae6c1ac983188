using Samsa.Cli.Tools.Options;

namespace Samsa.Cli.Tools.DumpLog;

/// <summary>
/// <c>kafka-dump-log</c>: prints segments, indexes and snapshots of a log directory and says where they do not fit together. Only
/// reads; works while a broker runs. Output as Apache Kafka's; where that ends with a stack trace, ours says in one line what is wrong.
/// </summary>
internal sealed class DumpLogTool : OptionTool
{
    private const int DefaultMaxMessageSize = 5 * 1024 * 1024;

    private readonly Option _print;
    private readonly Option _verifyOnly;
    private readonly Option _sanityOnly;
    private readonly Option<string> _files;
    private readonly Option<int> _maxMessageSize;
    private readonly Option<int> _maxBytes;
    private readonly Option _deep;
    private readonly Option<string> _valueDecoder;
    private readonly Option<string> _keyDecoder;
    private readonly Option _offsets;
    private readonly Option _transactions;
    private readonly Option _metadata;
    private readonly Option _remoteLog;
    private readonly Option _shareState;
    private readonly Option _skipMetadata;

    public DumpLogTool()
    {
        _print = Options.Flag("print-data-log", "Prints keys and values of the records of .log files. Every decoder option includes it.");
        _verifyOnly = Options.Flag("verify-index-only", "Compares indexes with the log and prints only what differs.");
        _sanityOnly = Options.Flag(
            "index-sanity-check",
            "Prints only whether an index passes the check that decides, when a broker starts, if it has to be made anew.");
        _files = Options.Text("files", "file1, file2, ...", "REQUIRED: The files of a log directory, separated by commas.");
        _maxMessageSize = Options.Integer("max-message-size", "size", "The largest batch in bytes that an index may lead to.", DefaultMaxMessageSize);
        _maxBytes = Options.Integer("max-bytes", "size", "How many bytes of a .log file are read at most.", int.MaxValue);
        _deep = Options.Flag("deep-iteration", "Prints a line for each record, not only for each batch. Included in --print-data-log.");
        _valueDecoder = Options.Text(
            "value-decoder-class", "", "Decodes values. One of the classes StringDecoder, LongDecoder, IntegerDecoder and "
            + "DefaultDecoder (hex digits) of org.apache.kafka.tools.api.", ValueDecoder.Default, OptionArgument.Optional);
        _keyDecoder = Options.Text(
            "key-decoder-class", "", "Decodes keys, with the same classes as --value-decoder-class.", ValueDecoder.Default, OptionArgument.Optional);
        _offsets = Options.Flag("offsets-decoder", "Prints the records of __consumer_offsets as JSON.");
        _transactions = Options.Flag("transaction-log-decoder", "Prints the records of __transaction_state in a readable form.");
        _metadata = Options.Flag("cluster-metadata-decoder", "Prints the records of KRaft's metadata log and its snapshots as JSON.");
        _remoteLog = Options.Flag("remote-log-metadata-decoder", "Prints the records of __remote_log_metadata in a readable form.");
        _shareState = Options.Flag(
            "share-group-state-decoder", "Prints the records of __share_group_state as JSON.", since: KafkaRelease.V43);
        _skipMetadata = Options.Flag("skip-record-metadata", "Prints of each record only key and value.");
    }

    protected override string Purpose =>
        "Prints the files of a log directory, and says where they are damaged or do not fit together.";

    protected override Task<int> RunAsync(ParsedOptions options, ToolConsole console, CancellationToken cancellation)
    {
        Require(options, _files);
        var settings = SettingsOf(options);
        var problems = new DumpProblems();
        using var logs = new LogDump(settings, console, problems);
        using var indexes = new IndexDump(settings, console, problems);
        foreach (string file in FilesOf(options))
        {
            console.Output.WriteLine($"Dumping {file}");
            switch (FilePath.Suffix(file))
            {
                case ".log" or ".checkpoint":
                    logs.Dump(file, cancellation);
                    break;
                case ".index":
                    indexes.DumpOffsets(file);
                    break;
                case ".timeindex":
                    indexes.DumpTimes(file);
                    break;
                case ".snapshot":
                    SmallFileDump.DumpProducers(file, console);
                    break;
                case ".txnindex":
                    SmallFileDump.DumpTransactions(file, console);
                    break;
                case null when Release == KafkaRelease.V39:
                    throw new ToolException($"{file}: its name has no suffix; there are .log, .index, .timeindex, .txnindex, .snapshot and .checkpoint");
                default:
                    console.Error($"Ignoring unknown file {file}");
                    break;
            }
        }

        problems.Print(console, Release);
        return Task.FromResult(0);
    }

    private IEnumerable<string> FilesOf(ParsedOptions options)
    {
        // As Java splits: empty names at the end do not count, but one empty name alone does.
        string list = options.Value(_files) ?? "";
        string[] files = list.TrimEnd(',').Split(',');
        return files is [""] && list.Length > 0 ? [] : files.Select(FilePath.Normalize);
    }

    private DumpSettings SettingsOf(ParsedOptions options)
    {
        bool print = options.Has(_print) || options.Has(_offsets) || options.Has(_transactions) || options.Has(_metadata)
            || options.Has(_remoteLog) || options.Has(_shareState) || options.Has(_valueDecoder) || options.Has(_keyDecoder);
        return new DumpSettings
        {
            Release = Release,
            PrintData = print,
            Deep = print || options.Has(_deep),
            SkipRecordMetadata = options.Has(_skipMetadata),
            IndexSanityOnly = options.Has(_sanityOnly),
            VerifyIndexOnly = options.Has(_verifyOnly),
            MaxBytes = () => options.Value(_maxBytes),
            MaxMessageSize = () => options.Value(_maxMessageSize),
            CreateFormat = console => FormatOf(options, console),
        };
    }

    private IRecordFormat FormatOf(ParsedOptions options, ToolConsole console) =>
        options.Has(_offsets) ? CoordinatorFormat.Offsets()
        : options.Has(_transactions) ? Release == KafkaRelease.V39 ? new TransactionTextFormat() : CoordinatorFormat.Transactions()
        : options.Has(_metadata) ? new MetadataFormat()
        : options.Has(_remoteLog) ? new RemoteLogFormat()
        : options.Has(_shareState) ? CoordinatorFormat.ShareState()
        : new DecoderFormat(
            ValueDecoder.Find(options.Value(_keyDecoder)!, console), ValueDecoder.Find(options.Value(_valueDecoder)!, console));
}

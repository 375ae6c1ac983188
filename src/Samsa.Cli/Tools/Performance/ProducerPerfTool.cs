using Samsa.Cli.Tools.Arguments;
using Samsa.Cli.Tools.Clusters;
using Samsa.Client;
using Samsa.Client.Configuration;
using Samsa.Client.Producer;

namespace Samsa.Cli.Tools.Performance;

/// <summary><c>kafka-producer-perf-test</c>: sends records as fast as it may and tells how fast that was, and how late they were acknowledged.</summary>
internal sealed class ProducerPerfTool : ArgumentTool
{
    private const string NoTransactions =
        "Transactions are not served by this version of the client: leave --transactional-id, --transaction-duration-ms and transactional.id away";

    private static readonly TimeProvider Time = TimeProvider.System;

    private ProducerPerfArguments _declared = null!;

    protected override bool IsHelpfulWhenBare => true;

    protected override ArgumentSet DeclareFor(KafkaRelease release) => (_declared = new ProducerPerfArguments(release)).Set;

    protected override async Task<int> RunAsync(ParsedArguments arguments, ToolConsole console, CancellationToken cancellation)
    {
        Check(arguments);
        TellDeprecated(arguments, console.Output);
        var settings = Settings(arguments, console);
        long count = arguments.Value(_declared.Count)!.Value;
        long warmup = arguments.Value(_declared.Warmup)!.Value;
        var payloads = Payloads(arguments, console.Output);
        using var metrics = arguments.Has(_declared.PrintMetrics) ? new MetricTable() : null;
        if (warmup > 0)
            await console.Output.WriteLineAsync($"Warmup first {warmup} records. Steady state results will print after the complete test summary.");
        try
        {
            await using var producer = new KafkaProducer(settings);
            var stats = StatsOf(count, isSteady: false);
            var deliveries = new PerfDeliveries(stats, console, Time);
            var steady = await SendAsync(producer, payloads, deliveries, stats);
            await producer.FlushAsync(cancellation);
            await deliveries.AllAsync().WaitAsync(cancellation);
            deliveries.TellFailures();
            stats.PrintTotal();
            steady?.PrintTotal();
            metrics?.Print(console.Output);
            return 0;
        }
        catch (Exception e) when (e is KafkaException or ClientConfigException)
        {
            throw new ToolException(e.Message);
        }

        LatencyStats StatsOf(long records, bool isSteady) =>
            new(records, arguments.Value(_declared.ReportingInterval)!.Value, isSteady, console.Output, Time);

        async Task<LatencyStats?> SendAsync(KafkaProducer producer, PayloadSource payloads, PerfDeliveries deliveries, LatencyStats stats)
        {
            string topic = arguments.Value(_declared.Topic)!;
            var limit = new RateLimit(arguments.Value(_declared.Throughput)!.Value, Time);
            LatencyStats? steady = null;
            for (long i = 0; i < count; i++)
            {
                var value = payloads.Next(i);
                if (warmup > 0 && i == warmup)
                {
                    steady = StatsOf(count - warmup, isSteady: true);
                    stats.BeQuiet();
                }

                long sentAt = Time.GetUtcNow().ToUnixTimeMilliseconds();
                var record = new ProducerRecord { Topic = topic, Value = value };
                deliveries.Watch(await producer.TryEnqueueAsync(record, cancellation), sentAt, value.Length, steady);
                await limit.WaitAsync(i + 1, cancellation);
            }

            return steady;
        }
    }

    private PayloadSource Payloads(ParsedArguments arguments, TextWriter output) =>
        arguments.Has(_declared.PayloadMonotonic) ? PayloadSource.Counting()
        : arguments.Value(_declared.PayloadFile) is { } file
            ? PayloadSource.OfFile(file, arguments.Value(_declared.Delimiter)!, output, Release)
            : PayloadSource.OfSize(arguments.Value(_declared.RecordSize)!.Value);

    private void Check(ParsedArguments arguments)
    {
        bool isNew = Release == KafkaRelease.V43;
        long warmup = arguments.Value(_declared.Warmup)!.Value;
        var fault = arguments.Value(_declared.Count) <= 0 ? "--num-records should be greater than zero."
            : warmup >= arguments.Value(_declared.Count)
                ? "The value for --warmup-records must be strictly fewer than the number of records in the test, --num-records."
            : arguments.Value(_declared.RecordSize) < (isNew ? 1 : 0) ? "--record-size should be greater than zero."
            : !Named(_declared.Properties, _declared.ConfigFile, _declared.Server, _declared.CommandProperties, _declared.CommandConfigFile)
                ? isNew
                    ? "At least one of --bootstrap-server, --command-property, --producer-props, --producer.config or --command-config must be specified."
                    : "Either --producer-props or --producer.config must be specified."
            : arguments.Has(_declared.CommandProperties) && arguments.Has(_declared.Properties)
                ? "--command-property and --producer-props cannot be specified together."
            : arguments.Has(_declared.CommandConfigFile) && arguments.Has(_declared.ConfigFile)
                ? "--command-config and --producer.config cannot be specified together."
            : isNew && arguments.Value(_declared.TransactionDuration) <= 0 ? "--transaction-duration-ms should be greater than zero."
            : arguments.Value(_declared.ReportingInterval) <= 0 ? "--reporting-interval should be greater than zero."
            : null;
        if (fault is not null)
            throw new ArgumentMistake(Arguments, fault);

        bool Named(params ReadOnlySpan<Argument> any)
        {
            foreach (var argument in any)
            {
                if (arguments.Has(argument))
                    return true;
            }

            return false;
        }
    }

    private void TellDeprecated(ParsedArguments arguments, TextWriter output)
    {
        if (Release != KafkaRelease.V43)
            return;
        if (arguments.Has(_declared.Properties))
            Tell("producer-props", "command-property");
        if (arguments.Has(_declared.ConfigFile))
            Tell("producer.config", "command-config");

        void Tell(string option, string instead) =>
            output.WriteLine($"Option --{option} has been deprecated and will be removed in a future version. Use --{instead} instead.");
    }

    private ProducerOptions Settings(ParsedArguments arguments, ToolConsole console)
    {
        string? file = arguments.Value(_declared.CommandConfigFile) ?? arguments.Value(_declared.ConfigFile);
        var properties = new Dictionary<string, string>(
            file is null ? [] : PropertiesFile.Read(file), StringComparer.Ordinal);
        foreach (string pair in arguments.Values(_declared.Properties).Concat(arguments.Values(_declared.CommandProperties)))
        {
            var (key, value) = ClientProperties.Pair(pair);
            properties[key] = value;
        }

        // In 3.9 the id alone does nothing.
        bool isTransactional = properties.ContainsKey("transactional.id") || arguments.Value(_declared.TransactionDuration) > 0
            || (Release == KafkaRelease.V43 && arguments.Has(_declared.TransactionalId));
        if (isTransactional)
            throw new ToolException(NoTransactions);
        var settings = new ProducerOptions { ClientId = "perf-producer-client" };
        ClientProperties.Apply(settings, properties, file ?? "--producer-props", console);
        settings.BootstrapServers = arguments.Value(_declared.Server) ?? settings.BootstrapServers;
        return settings;
    }
}

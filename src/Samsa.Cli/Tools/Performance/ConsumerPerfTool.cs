using System.Text.RegularExpressions;
using Samsa.Cli.Tools.Clusters;
using Samsa.Cli.Tools.Options;
using Samsa.Client;
using Samsa.Client.Configuration;
using Samsa.Client.Consumer;
using Samsa.Protocol;

namespace Samsa.Cli.Tools.Performance;

/// <summary><c>kafka-consumer-perf-test</c>: reads records as fast as they come and tells how fast that was.</summary>
/// <remarks>Without <c>--group</c> it joins none: it takes all partitions of its topics, and begins where <c>--from-latest</c> says.</remarks>
internal sealed class ConsumerPerfTool : OptionTool
{
    private static readonly TimeProvider Time = TimeProvider.System;

    private readonly ConsumerPerfOptions _declared;

    public ConsumerPerfTool() => _declared = new ConsumerPerfOptions(Options);

    protected override string Purpose => "This tool is used to verify the consumer performance.";

    protected override bool ShowsOptionsWithMistakes => true;

    protected override async Task<int> RunAsync(ParsedOptions options, ToolConsole console, CancellationToken cancellation)
    {
        Check(options, console.Output);
        bool isDetailed = options.Has(_declared.Detailed);
        if (!options.Has(_declared.HideHeader))
            ConsumerPerfReport.PrintHeader(isDetailed, console.Output);

        // Values are read when the header stands, as in Kafka's tool.
        long wanted = options.Has(_declared.Count) ? options.Value(_declared.Count) : options.Value(_declared.Messages);
        long interval = options.Value(_declared.ReportingInterval);
        if (interval <= 0)
            throw new ToolException("Reporting interval must be greater than 0.");
        var settings = Settings(options, console);
        var report = new ConsumerPerfReport(console.Output, new JavaDateFormat(options.Value(_declared.DateFormat)!), isDetailed, interval);
        using var metrics = options.Has(_declared.PrintMetrics) ? new MetricTable() : null;
        try
        {
            await using var consumer = new KafkaConsumer(settings);
            var timeout = TimeSpan.FromMilliseconds(options.Value(_declared.Timeout));
            report.Start(Now());
            if (options.Has(_declared.Group))
            {
                Join(consumer, options, report);
            }
            else
            {
                consumer.Assign(await PartitionsAsync(consumer, options, timeout, cancellation));
                report.Assigned(Now());
            }

            if (!await ReadAsync(consumer, settings, report, wanted, timeout, cancellation))
            {
                await console.Output.WriteLineAsync(
                    $"WARNING: Exiting before consuming the expected number of {(Release == KafkaRelease.V43 ? "records" : "messages")}: timeout "
                    + $"({options.Value(_declared.Timeout)} ms) exceeded. You can use the --timeout option to increase the timeout.");
            }

            report.PrintTotal(Now());
            metrics?.Print(console.Output);
            return 0;
        }
        catch (Exception e) when (e is KafkaException or ClientConfigException)
        {
            throw new ToolException(e.Message);
        }
    }

    private static long Now() => Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Reads; false when nothing came for so long as <paramref name="timeout"/> before there was enough.</summary>
    private static async Task<bool> ReadAsync(
        KafkaConsumer consumer, ConsumerOptions settings, ConsumerPerfReport report, long wanted, TimeSpan timeout, CancellationToken cancellation)
    {
        long now = Now();
        long lastRead = now;
        while (report.Records < wanted)
        {
            // What one poll of Kafka's consumer returns is counted as one: what is there, up to max.poll.records.
            var batch = await consumer.PollBatchAsync(TimeSpan.FromMilliseconds(100), cancellation);
            now = Now();
            if (batch is null)
            {
                if (now - lastRead > timeout.TotalMilliseconds)
                    return false;
                continue;
            }

            int polled = 0;
            for (; batch is not null; batch = await consumer.PollBatchAsync(TimeSpan.Zero, cancellation))
            {
                foreach (var record in batch)
                {
                    report.Read(record.Key.Length + record.Value.Length, now);
                    if (++polled == settings.MaxPollRecords)
                    {
                        if (report.Records >= wanted)
                            return true;
                        polled = 0;
                        now = Now();
                    }
                }
            }

            lastRead = now;
        }

        return true;
    }

    private void Join(KafkaConsumer consumer, ParsedOptions options, ConsumerPerfReport report)
    {
        var listener = new RebalanceListener
        {
            Assigned = (_, _) =>
            {
                report.Assigned(Now());
                return ValueTask.CompletedTask;
            },
            Revoked = (_, _) =>
            {
                report.Revoked(Now());
                return ValueTask.CompletedTask;
            },
        };
        if (options.Value(_declared.Include) is { } pattern)
            consumer.Subscribe(Pattern(pattern), listener);
        else
            consumer.Subscribe([options.Value(_declared.Topic)!], listener);
    }

    // A topic that is missing may come while there is time.
    private async Task<IEnumerable<TopicPartition>> PartitionsAsync(
        KafkaConsumer consumer, ParsedOptions options, TimeSpan timeout, CancellationToken cancellation)
    {
        if (options.Value(_declared.Include) is { } pattern)
        {
            var topics = await consumer.ListTopicsAsync(cancellation);
            return [.. topics.Where(t => Pattern(pattern).IsMatch(t.Name!)).SelectMany(t => t.Partitions.Select(p => new TopicPartition(t.Name!, p.Partition)))];
        }

        try
        {
            string topic = options.Value(_declared.Topic)!;
            return [.. (await consumer.PartitionsForAsync(topic, cancellation)).Select(p => new TopicPartition(topic, p.Partition))];
        }
        catch (KafkaException e) when (e.ErrorCode == ErrorCode.UnknownTopicOrPartition)
        {
            return [];
        }
    }

    private static Regex Pattern(string pattern)
    {
        try
        {
            return new Regex($@"\A(?:{pattern})\z", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        }
        catch (ArgumentException e)
        {
            throw new ToolException(e.Message);
        }
    }

    /// <summary>Refuses what does not fit together.</summary>
    private void Check(ParsedOptions options, TextWriter output)
    {
        if (Release == KafkaRelease.V43)
        {
            Require(options, _declared.Server);
            ExactlyOne(_declared.Topic, _declared.Include);
            ExactlyOne(_declared.Messages, _declared.Count);
            AtMostOne(_declared.ConfigFile, _declared.CommandConfigFile);
            if (options.Has(_declared.Messages))
                output.WriteLine("Warning: --messages is deprecated. Use --num-records instead.");
            if (options.Has(_declared.ConfigFile))
                output.WriteLine("Warning: --consumer.config is deprecated. Use --command-config instead.");
        }
        else
        {
            if (!options.Has(_declared.Server) && !options.Has(_declared.BrokerList))
                throw new ToolException("Missing required option(s) [bootstrap-server]", showOptions: true);
            if (!options.Has(_declared.Include))
                Require(options, _declared.Topic);
            if (!options.Has(_declared.Count))
                Require(options, _declared.Messages);
            if (options.Has(_declared.Threads) || options.Has(_declared.Fetchers))
                output.WriteLine("WARNING: option [threads] and [num-fetch-threads] have been deprecated and will be ignored by the test");
        }

        void ExactlyOne(Option one, Option other)
        {
            if (options.Has(one) == options.Has(other))
                throw new ToolException($"Exactly one of the following arguments is required: [{one.Label}], [{other.Label}]", showOptions: true);
        }

        void AtMostOne(Option one, Option other)
        {
            if (options.Has(one) && options.Has(other))
                throw new ToolException($"Option \"[{one.Label}]\" can't be used with option \"[{other.Label}]\"", showOptions: true);
        }
    }

    private ConsumerOptions Settings(ParsedOptions options, ToolConsole console)
    {
        string? file = options.Value(_declared.CommandConfigFile) ?? options.Value(_declared.ConfigFile);
        var settings = new ConsumerOptions { ClientId = "perf-consumer-client" };
        if (file is not null)
            ClientProperties.Apply(settings, PropertiesFile.Read(file), file, console);
        ClientProperties.Apply(settings, options.Values(_declared.Properties).Select(ClientProperties.Pair), "--command-property", console);

        // The options go before the properties, as in Kafka's tool.
        settings.BootstrapServers = options.Value(_declared.Server) ?? options.Value(_declared.BrokerList)!;
        if (options.Has(_declared.Group))
            settings.GroupId = options.Value(_declared.Group)!;
        settings.ReceiveBufferBytes = options.Value(_declared.SocketBuffer);
        settings.MaxPartitionFetchBytes = options.Value(_declared.FetchSize);
        settings.AutoOffsetReset = options.Has(_declared.FromLatest) ? AutoOffsetReset.Latest : AutoOffsetReset.Earliest;
        settings.CheckCrcs = false;
        if (!options.Has(_declared.Group))
            settings.DefaultApiTimeout = TimeSpan.FromMilliseconds(Math.Max(1, options.Value(_declared.Timeout)));
        return settings;
    }
}

using Samsa.Cli.Tools.Clusters;
using Samsa.Cli.Tools.ConsoleConsumer.Formatters;
using Samsa.Cli.Tools.Options;
using Samsa.Client;
using Samsa.Client.Configuration;
using Samsa.Client.Consumer;

namespace Samsa.Cli.Tools.ConsoleConsumer;

/// <summary>
/// <c>kafka-console-consumer</c>: prints the records of topics as they come, until it has enough, nothing comes for too long, nobody reads its
/// output, or a signal ends it. Whatever the end, the number of records is the last line on standard error.
/// </summary>
internal sealed class ConsoleConsumerTool : OptionTool
{
    private const string Failure = "ERROR Unknown error when running consumer: ";

    private readonly ConsoleConsumerOptions _declared;
    private KafkaException? _noPartitions;

    public ConsoleConsumerTool() => _declared = new ConsoleConsumerOptions(Options);

    protected override string Purpose => "This tool helps to read data from Kafka topics and outputs it to standard output.";

    protected override bool ShowsOptionsWithMistakes => true;

    protected override async Task<int> RunAsync(ParsedOptions options, ToolConsole console, CancellationToken cancellation)
    {
        _declared.Check(options, Release);
        if (Release == KafkaRelease.V43)
        {
            foreach (string warning in _declared.Warnings(options))
                await console.Output.WriteLineAsync(warning);
        }

        var settings = _declared.ConsumerSettings(options);
        var choice = _declared.Partitions(options);
        var formatter = _declared.Formatter(options, console, Release);
        var timeout = options.Has(_declared.TimeoutMs) && options.Value(_declared.TimeoutMs) is >= 0 and var ms
            ? TimeSpan.FromMilliseconds(Math.Min(ms, int.MaxValue))
            : Timeout.InfiniteTimeSpan;
        int most = options.Has(_declared.MaxMessages) ? options.Value(_declared.MaxMessages) : -1;
        var printer = new RecordPrinter(formatter, console, most, options.Has(_declared.SkipOnError));
        try
        {
            await using var consumer = new KafkaConsumer(Settings(settings, new ClientLog(console.Error), console));
            try
            {
                await ReadAsync(consumer, choice, printer, timeout, console, cancellation);
            }
            finally
            {
                printer.Flush();
                if (console.IsOutputClosed)
                    console.Error("Unable to write to standard out, closing consumer.");
                console.Error($"Processed a total of {printer.Count} messages");
            }

            return 0;
        }
        catch (MessageException e)
        {
            throw new ToolException(Failure + e.Message);
        }
        catch (ClientConfigException e)
        {
            throw new ToolException($"{Failure}org.apache.kafka.common.config.ConfigException: {e.Message}");
        }
        finally
        {
            if (options.Has(_declared.SystemTestEvents))
                await console.Output.WriteLineAsync("shutdown_complete");
        }
    }

    private static ConsumerOptions Settings(Dictionary<string, string> settings, ClientLog log, ToolConsole console)
    {
        var consumer = new ConsumerOptions { LoggerFactory = log };
        ClientSettings.Apply(consumer, settings, "consumer", console);

        // Only what was printed is done.
        consumer.EnableAutoOffsetStore = false;
        return consumer;
    }

    /// <summary>Reads until there is no more to do. What ends the reading early is said, and no failure of the tool, as in Kafka.</summary>
    private async Task ReadAsync(
        KafkaConsumer consumer, IPartitionChoice choice, RecordPrinter printer, TimeSpan timeout, ToolConsole console, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var choosing = ChooseAsync(consumer, choice, console, stop);
        try
        {
            while (!printer.IsDone)
            {
                var batch = await consumer.PollBatchAsync(timeout, stop.Token);
                if (batch is null)
                {
                    console.Error(Ending($"no message for {timeout.TotalMilliseconds} ms (org.apache.kafka.common.errors.TimeoutException)"));
                    return;
                }

                // Done is what standard output has: whoever reads on begins behind it.
                long next = printer.Print(batch);
                printer.Flush();
                choice.Done(consumer, new TopicPartitionOffset(batch.Partition, next));
            }
        }
        catch (KafkaException e)
        {
            printer.Flush();
            console.Error(Ending($"{KafkaWords.ExceptionClass(e.ErrorCode)}: {e.Message}"));
        }
        catch (OperationCanceledException) when (_noPartitions is { } e)
        {
            printer.Flush();
            console.Error(Ending($"{KafkaWords.ExceptionClass(e.ErrorCode)}: {e.Message}"));
        }
        finally
        {
            await stop.CancelAsync();
            await choosing;
        }
    }

    private async Task ChooseAsync(KafkaConsumer consumer, IPartitionChoice choice, ToolConsole console, CancellationTokenSource stop)
    {
        try
        {
            await choice.RunAsync(consumer, console.Error, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The reading ended first.
        }
        catch (KafkaException e)
        {
            _noPartitions = e;
            await stop.CancelAsync();
        }
    }

    private static string Ending(string reason) => "ERROR Error processing message, terminating consumer process: " + reason.ReplaceLineEndings(" ");
}

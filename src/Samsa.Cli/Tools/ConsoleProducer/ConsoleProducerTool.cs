using Samsa.Cli.Tools.Clusters;
using Samsa.Cli.Tools.Options;
using Samsa.Client;
using Samsa.Client.Configuration;
using Samsa.Client.Producer;

namespace Samsa.Cli.Tools.ConsoleProducer;

/// <summary>
/// <c>kafka-console-producer</c>: sends each line of standard input as a record. Lines are read as fast as the producer takes them. A record
/// that cannot be delivered is a line on standard error and nothing more, unless <c>--sync</c> waits for it. The end of the input, a wrong line
/// and a signal deliver what was read before.
/// </summary>
internal sealed class ConsoleProducerTool : OptionTool
{
    private const string ConfigException = "org.apache.kafka.common.config.ConfigException: ";
    private const string KafkaExceptionName = "org.apache.kafka.common.KafkaException: ";

    private readonly ConsoleProducerOptions _declared;

    public ConsoleProducerTool() => _declared = new ConsoleProducerOptions(Options);

    protected override string Purpose => "This tool helps to read data from standard input and publish it to Kafka.";

    protected override string WithoutArguments => Release == KafkaRelease.V39 ? ConsoleProducerOptions.NoServer : Purpose;

    protected override bool ShowsOptionsWithMistakes => true;

    protected override async Task<int> RunAsync(ParsedOptions options, ToolConsole console, CancellationToken cancellation)
    {
        _declared.Check(options, Release);
        if (Release == KafkaRelease.V43)
        {
            foreach (string warning in _declared.Warnings(options))
                await console.Output.WriteLineAsync(warning);
        }

        try
        {
            var parser = new LineParser(options.Value(_declared.Topic)!, _declared.ReaderSettings(options));
            await using var producer = Producer(_declared.ProducerSettings(options, console), new ClientLog(console.Error), console);
            try
            {
                await SendAllAsync(producer, parser, options.Has(_declared.Sync), console, cancellation);
            }
            finally
            {
                // Ends with the delivery time-out of the youngest record at the latest; a second signal ends the process.
                await producer.FlushAsync(CancellationToken.None);
            }

            return 0;
        }
        catch (LineException e)
        {
            throw new ToolException(KafkaExceptionName + e.Message);
        }
        catch (ClientConfigException e)
        {
            throw new ToolException(ConfigException + e.Message);
        }
        catch (KafkaException e)
        {
            throw new ToolException($"{KafkaWords.ExceptionClass(e.ErrorCode)}: {e.Message}");
        }
        catch (IOException e)
        {
            throw new ToolException($"standard input cannot be read: {e.Message}");
        }
    }

    private static KafkaProducer Producer(ProducerOptions settings, ClientLog log, ToolConsole console)
    {
        settings.LoggerFactory = log;
        settings.DeliveryFailed = (in record) => console.Error(
            Failure(record.Topic, record.Key.IsNull ? null : record.Key.Length, record.Value.IsNull ? null : record.Value.Length, record.Exception));
        return new KafkaProducer(settings);
    }

    private static async Task SendAllAsync(
        KafkaProducer producer, LineParser parser, bool sync, ToolConsole console, CancellationToken cancellation)
    {
        var lines = new LineSource(console.Input);
        while (true)
        {
            if (console.IsInteractive)
                console.WriteBytes(">"u8);
            if (!await lines.MoveNextAsync(cancellation))
                return;
            var record = parser.Parse(lines.Line);
            if (sync)
                await producer.ProduceAsync(record, cancellation);
            else
                await SendAsync(producer, record, console, cancellation);
        }
    }

    private static async ValueTask SendAsync(KafkaProducer producer, ProducerRecord record, ToolConsole console, CancellationToken cancellation)
    {
        try
        {
            await producer.SendAsync(record, cancellation);
        }
        catch (KafkaException e)
        {
            console.Error(Failure(
                record.Topic, record.Key.IsNull ? null : record.Key.Memory.Length, record.Value.IsNull ? null : record.Value.Memory.Length, e));
        }
    }

    private static string Failure(string topic, int? key, int? value, KafkaException e) =>
        $"ERROR Error when sending message to topic {topic} with key: {Bytes(key)}, value: {Bytes(value)} with error: "
        + $"{KafkaWords.ExceptionClass(e.ErrorCode)}: {e.Message.ReplaceLineEndings(" ")}";

    private static string Bytes(int? length) => length is null ? "null" : $"{length} bytes";
}

using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Samsa.Cli.Tools.Arguments;
using Samsa.Cli.Tools.Clusters;
using Samsa.Cli.Tools.Performance;
using Samsa.Client;
using Samsa.Client.Configuration;
using Samsa.Client.Producer;

namespace Samsa.Cli.Tools.Verifiable;

/// <summary>
/// <c>kafka-verifiable-producer</c>: sends numbers and prints a JSON line about what became of each, for scripts that compare them with what
/// is read. A signal ends the sending; what was sent is waited for, and the summary is printed.
/// </summary>
internal sealed class VerifiableProducerTool : ArgumentTool
{
    private static readonly TimeProvider Time = TimeProvider.System;

    private VerifiableProducerArguments _declared = null!;

    protected override bool IsHelpfulWhenBare => true;

    protected override ArgumentSet DeclareFor(KafkaRelease release) => (_declared = new VerifiableProducerArguments(release)).Set;

    protected override async Task<int> RunAsync(ParsedArguments arguments, ToolConsole console, CancellationToken cancellation)
    {
        var settings = Settings(arguments, console);
        var lines = new VerifiableLine(console.Output, Time);
        long start = Time.GetTimestamp();
        long sent = 0;
        long acknowledged;
        try
        {
            await using var producer = new KafkaProducer(settings);
            lines.Write("startup_complete");

            // Results are printed in the order of the records; the buffer of the producer bounds how many are waited for.
            var results = Channel.CreateUnbounded<SentRecord>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
            var printing = PrintAsync(results.Reader, lines);
            try
            {
                sent = await SendAsync(arguments, producer, results.Writer, cancellation);
                await producer.FlushAsync(CancellationToken.None);
            }
            finally
            {
                results.Writer.Complete();
            }

            acknowledged = await printing;
        }
        catch (Exception e) when (e is KafkaException or ClientConfigException)
        {
            throw new ToolException(e.Message);
        }

        lines.Write("shutdown_complete");
        double seconds = Time.GetElapsedTime(start).TotalSeconds;
        lines.Write("tool_data", json =>
        {
            json.WriteNumber("sent", sent);
            json.WriteNumber("acked", acknowledged);
            json.WriteNumber("target_throughput", arguments.Value(_declared.Throughput)!.Value);
            json.WritePropertyName("avg_throughput");
            json.WriteRawValue(JavaText.Of(acknowledged / seconds));
        });
        return 0;
    }

    /// <summary>Prints what became of each record; returns how many were delivered.</summary>
    private static async Task<long> PrintAsync(ChannelReader<SentRecord> results, VerifiableLine lines)
    {
        long acknowledged = 0;
        await foreach (var record in results.ReadAllAsync())
        {
            try
            {
                var place = await record.Delivery;
                acknowledged++;
                lines.Write("producer_send_success", json =>
                {
                    json.WriteString("key", record.Key);
                    json.WriteString("value", record.Value);
                    json.WriteNumber("offset", place.Offset);
                    json.WriteString("topic", place.Topic);
                    json.WriteNumber("partition", place.Partition);
                });
            }
            catch (KafkaException e)
            {
                lines.Write("producer_send_error", json =>
                {
                    json.WriteString("topic", record.Topic);
                    json.WriteString("key", record.Key);
                    json.WriteString("value", record.Value);
                    json.WriteString("exception", $"class {KafkaWords.ExceptionClass(e.ErrorCode)}");
                    json.WriteString("message", e.Message);
                });
            }
        }

        return acknowledged;
    }

    /// <summary>Sends until all are sent or a signal came; returns how many.</summary>
    private async Task<long> SendAsync(ParsedArguments arguments, KafkaProducer producer, ChannelWriter<SentRecord> results, CancellationToken cancellation)
    {
        string topic = arguments.Value(_declared.Topic)!;
        int count = arguments.Value(_declared.Count)!.Value;
        long createTime = arguments.Value(_declared.CreateTime)!.Value;
        string prefix = arguments.Value(_declared.ValuePrefix) is { } number ? string.Create(CultureInfo.InvariantCulture, $"{number}.") : "";
        int? keys = arguments.Value(_declared.RepeatingKeys);
        long start = Time.GetTimestamp();
        var limit = new RateLimit(arguments.Value(_declared.Throughput)!.Value, Time);
        long sent = 0;
        try
        {
            while ((count < 0 || sent < count) && !cancellation.IsCancellationRequested)
            {
                string? key = keys > 0 ? (sent % keys.Value).ToString(CultureInfo.InvariantCulture) : null;
                string value = string.Create(CultureInfo.InvariantCulture, $"{prefix}{sent}");
                var record = new ProducerRecord
                {
                    Topic = topic,
                    Key = key is null ? null : Encoding.UTF8.GetBytes(key),
                    Value = Encoding.UTF8.GetBytes(value),
                    Timestamp = createTime < 0 ? null : createTime + (long)Time.GetElapsedTime(start).TotalMilliseconds,
                };
                results.TryWrite(new SentRecord(topic, key, value, await producer.TryEnqueueAsync(record, cancellation)));
                sent++;
                await limit.WaitAsync(sent, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The summary comes nevertheless.
        }

        return sent;
    }

    private ProducerOptions Settings(ParsedArguments arguments, ToolConsole console)
    {
        if (arguments.Has(_declared.ConfigFile) && arguments.Has(_declared.CommandConfigFile))
            throw new ArgumentMistake(Arguments, "Options --producer.config and --command-config are mutually exclusive.");
        if (arguments.Has(_declared.ConfigFile) && Release == KafkaRelease.V43)
            console.Output.WriteLine("Option --producer.config has been deprecated and will be removed in a future version. Use --command-config instead.");
        var settings = new ProducerOptions { Retries = 0 };
        settings.Set("acks", arguments.Value(_declared.Acks)!.Value.ToString(CultureInfo.InvariantCulture));
        if ((arguments.Value(_declared.CommandConfigFile) ?? arguments.Value(_declared.ConfigFile)) is { } file)
            ClientProperties.Apply(settings, PropertiesFile.Read(file), file, console);
        settings.BootstrapServers = (arguments.Value(_declared.Server) ?? arguments.Value(_declared.BrokerList))!;
        return settings;
    }
}

using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Samsa.Cli.Tools.Clusters;
using Samsa.Cli.Tools.Options;
using Samsa.Client;
using Samsa.Client.Admin;

namespace Samsa.Cli.Tools.LogDirs;

/// <summary><c>kafka-log-dirs</c>: prints what lies in the log directories of brokers, as one line of JSON.</summary>
internal sealed class LogDirsTool : AdminTool
{
    private readonly Option _describe;
    private readonly Option<string> _topics;
    private readonly Option<string> _brokers;

    public LogDirsTool()
    {
        BootstrapServer = Options.Text("bootstrap-server", "The server(s) to use for bootstrapping", "REQUIRED: The brokers to start from.");
        CommandConfig = Options.Text("command-config", "Admin client property file", "A file with settings of the admin client.");
        _describe = Options.Flag("describe", "REQUIRED: Describes the log directories.");
        _topics = Options.Text("topic-list", "Topic list", "Only these topics, separated by commas.", "");
        _brokers = Options.Text("broker-list", "Broker list", "Only these brokers, by their ids, separated by commas.", "");
    }

    protected override string Purpose => "This tool helps to query log directory usage on the specified brokers.";

    protected override Option<string> BootstrapServer { get; }

    protected override Option<string> CommandConfig { get; }

    protected override async Task<int> RunAsync(ParsedOptions options, ToolConsole console, CancellationToken cancellation)
    {
        Require(options, BootstrapServer, _describe);
        HashSet<string> topics = [.. ListOf(options.Value(_topics)!)];
        try
        {
            await using var admin = await ConnectAsync(options, console, options.Value(BootstrapServer)!, cancellation);
            var existing = (await admin.DescribeClusterAsync(cancellation: cancellation)).Brokers.Select(b => b.Id).ToList();
            var asked = ListOf(options.Value(_brokers)!).Select(Number).Distinct().ToList();
            var missing = asked.Except(existing).ToList();
            if (missing.Count > 0)
            {
                throw new ToolException($"ERROR: The given brokers do not exist from --broker-list: {string.Join(",", missing)}. "
                    + $"Current existent brokers: {string.Join(",", existing)}");
            }

            var brokers = asked.Count > 0 ? asked : existing;
            await console.Output.WriteLineAsync("Querying brokers for log directories information");
            var answers = await admin.DescribeLogDirsAsync(brokers, cancellation);
            foreach (var answer in answers)
                answer.ThrowIfFailed();
            await console.Output.WriteLineAsync($"Received log directory information from brokers {string.Join(",", brokers)}");
            await console.Output.WriteLineAsync(Json(answers, topics));
            return 0;
        }
        catch (KafkaException e)
        {
            throw new ToolException(e.Message);
        }
    }

    private static string[] ListOf(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries);

    private static int Number(string text) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int id)
        ? id
        : throw new ToolException($"For input string: \"{text}\"");

    // The keys in the order in which Kafka's tool happens to print them.
    private static string Json(IReadOnlyList<BrokerLogDirs> answers, HashSet<string> topics)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartArray("brokers");
            foreach (var answer in answers)
            {
                json.WriteStartObject();
                json.WriteNumber("broker", answer.BrokerId);
                json.WriteStartArray("logDirs");
                foreach (var directory in answer.LogDirs)
                    Write(json, directory, topics);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteNumber("version", 1);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void Write(Utf8JsonWriter json, LogDirDescription directory, HashSet<string> topics)
    {
        json.WriteStartObject();
        json.WriteStartArray("partitions");
        foreach (var replica in directory.Replicas.Where(r => topics.Count == 0 || topics.Contains(r.Partition.Topic)))
        {
            json.WriteStartObject();
            json.WriteString("partition", $"{replica.Partition.Topic}-{replica.Partition.Partition}");
            json.WriteNumber("size", replica.Size);
            json.WriteNumber("offsetLag", replica.OffsetLag);
            json.WriteBoolean("isFuture", replica.IsFuture);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (directory.Succeeded)
            json.WriteNull("error");
        else
            json.WriteString("error", KafkaWords.ExceptionClass(directory.Error));
        json.WriteString("logDir", directory.Path);
        json.WriteEndObject();
    }
}

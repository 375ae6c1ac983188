using Samsa.Cli.Tools.Clusters;
using Samsa.Cli.Tools.Options;

namespace Samsa.Cli.Tools.Records;

/// <summary><c>kafka-delete-records</c>: deletes the first records of partitions that a JSON file names.</summary>
internal sealed class DeleteRecordsTool : AdminTool
{
    private readonly Option<string> _file;

    public DeleteRecordsTool()
    {
        BootstrapServer = Options.Text("bootstrap-server", "server(s) to use for bootstrapping", "REQUIRED: The brokers to start from.");
        _file = Options.Text(
            "offset-json-file", "Offset json file path", "REQUIRED: A JSON file with the offset of the first record to stay, -1 for none, "
            + "per partition:\n{\"partitions\":\n  [{\"topic\": \"foo\", \"partition\": 1, \"offset\": 1}],\n \"version\":1\n}");
        CommandConfig = Options.Text("command-config", "command config property file path", "A file with settings of the admin client.");
    }

    protected override string Purpose => "This tool helps to delete records of the given partitions down to the specified offset.";

    protected override Option<string> BootstrapServer { get; }

    protected override Option<string> CommandConfig { get; }

    protected override async Task<int> RunAsync(ParsedOptions options, ToolConsole console, CancellationToken cancellation)
    {
        Require(options, BootstrapServer, _file);
        var offsets = OffsetFile.Read(options.Value(_file)!);
        await using var admin = await ConnectAsync(options, console, options.Value(BootstrapServer)!, cancellation);
        await console.Output.WriteLineAsync("Executing records delete operation");
        var results = await admin.DeleteRecordsAsync(offsets, cancellation);
        await console.Output.WriteLineAsync("Records delete operation completed:");
        foreach (var result in results)
        {
            await console.Output.WriteLineAsync($"partition: {result.Partition.Topic}-{result.Partition.Partition}\t" + (result.Succeeded
                ? $"low_watermark: {result.LowWatermark}"
                : $"error: {KafkaWords.ExceptionClass(result.Error)}: {KafkaWords.Message(result.Error)}"));
        }

        return 0;
    }
}

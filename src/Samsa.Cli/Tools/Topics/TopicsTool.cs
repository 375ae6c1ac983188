using Samsa.Cli.Tools.Clusters;
using Samsa.Cli.Tools.Options;
using Samsa.Client;
using Samsa.Protocol;

namespace Samsa.Cli.Tools.Topics;

/// <summary>
/// <c>kafka-topics</c>: creates, lists, describes, grows and deletes topics. Output as Apache Kafka's; topics are described in the
/// order of their names, where Kafka's order is that of a hash table.
/// </summary>
internal sealed class TopicsTool : AdminTool
{
    private readonly TopicsOptions _declared;

    public TopicsTool() => _declared = new TopicsOptions(Options);

    protected override string Purpose => "This tool helps to create, delete, describe, or change a topic.";

    protected override Option<string> BootstrapServer => _declared.BootstrapServer;

    protected override Option<string> CommandConfig => _declared.CommandConfig;

    protected override async Task<int> RunAsync(ParsedOptions options, ToolConsole console, CancellationToken cancellation)
    {
        _declared.Check(options);
        try
        {
            string topic = options.Value(_declared.Topic) ?? "";
            await using var admin = await ConnectAsync(options, console, options.Value(BootstrapServer)!, cancellation);
            var command = new TopicsCommand(admin, _declared, options, console, Release, cancellation);
            await (options.Has(_declared.Create) ? command.CreateAsync(topic)
                : options.Has(_declared.Alter) ? command.AlterAsync()
                : options.Has(_declared.Describe) ? command.DescribeAsync()
                : options.Has(_declared.List) ? command.ListAsync()
                : command.DeleteAsync());
            return 0;
        }
        catch (Exception e) when (e is TopicCommandException or OptionException)
        {
            return await FailAsync(console, e.Message);
        }
        catch (KafkaException e) when (e.ErrorCode == ErrorCode.RequestTimedOut)
        {
            await console.Output.WriteLineAsync("Error while executing topic command : Timed out waiting for a node assignment. Call: listTopics");
            console.Error("ERROR " + e.Message.ReplaceLineEndings(" "));
            return ToolException.Failure;
        }
        catch (KafkaException e)
        {
            return await FailAsync(console, e.Message);
        }
    }

    // Kafka says it on standard output and logs it to standard error.
    private static async Task<int> FailAsync(ToolConsole console, string message)
    {
        await console.Output.WriteLineAsync("Error while executing topic command : " + message);
        console.Error("ERROR " + message.ReplaceLineEndings(" "));
        return ToolException.Failure;
    }
}

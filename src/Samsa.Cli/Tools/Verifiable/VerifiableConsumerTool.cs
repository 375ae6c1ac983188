using Samsa.Cli.Tools.Arguments;

namespace Samsa.Cli.Tools.Verifiable;

/// <summary>
/// <c>kafka-verifiable-consumer</c>: its arguments are read and checked as Kafka's tool does. What it shows are the doings of a consumer
/// group, which the client does not know yet: so it says that and ends.
/// </summary>
internal sealed class VerifiableConsumerTool : ArgumentTool
{
    protected override bool IsHelpfulWhenBare => true;

    protected override ArgumentSet DeclareFor(KafkaRelease release)
    {
        bool isNew = release == KafkaRelease.V43;
        var set = new ArgumentSet("verifiable-consumer", "Reads a topic in a group and prints JSON lines about what it reads and about the group.") { ShowsDefaults = true };
        var connection = new ArgumentGroup(IsExclusive: true, IsRequired: true, "Connection Group", "Where the cluster is.");
        set.Text("--topic", "The topic to read.", required: true);
        set.Text("--group-protocol", "How the group is kept.", Name("GROUP-PROTOCOL"), "classic");
        set.Text("--group-remote-assignor", "Who shares out the partitions, with the newer protocol.", Name("GROUP-REMOTE-ASSIGNOR"));
        set.Text("--group-id", "The group.", Name("GROUP-ID"), required: true);
        set.Text("--group-instance-id", "The name of a member that stays.", Name("GROUP-INSTANCE-ID"));
        set.Integer("--max-messages", "How many records to read; -1 for no end.", "MAX-MESSAGES", -1);
        set.Integer("--session-timeout", "After how many ms without a sign a member is gone.", Name("TIMEOUT-MS"), 30_000);
        set.Flag("--verbose", "A line for each record.");
        set.Flag("--enable-autocommit", "Offsets are committed from time to time, not after each poll.");
        set.Text("--reset-policy", "Where to begin without an offset.", isNew ? "RESET-POLICY" : "RESETPOLICY", "earliest");
        set.Text("--assignment-strategy", "Who shares out the partitions.", isNew ? "ASSIGNMENT-STRATEGY" : "ASSIGNMENTSTRATEGY");
        set.Text("--consumer.config", "A file with settings of the consumer.", Name("CONFIG-FILE"));
        set.Text("--command-config", "A file with settings of the consumer.", "CONFIG-FILE").IsHidden = !isNew;
        set.Text("--bootstrap-server", "The brokers to start from.", "HOST1:PORT1[,HOST2:PORT2[...]]", group: connection);
        set.Text("--broker-list", "The same, as older releases call it.", "HOST1:PORT1[,HOST2:PORT2[...]]", group: connection).IsHidden = isNew;
        return set;

        string Name(string name) => isNew ? name : name.Replace('-', '_');
    }

    protected override Task<int> RunAsync(ParsedArguments arguments, ToolConsole console, CancellationToken cancellation) =>
        throw new ToolException("Consumer groups are not served by this version of the client, so there is nothing that this tool could show");
}

using Samsa.Cli.Tools.Arguments;

namespace Samsa.Cli.Tools.Verifiable;

/// <summary>What <c>kafka-verifiable-consumer</c> declares, by the names of a release.</summary>
internal sealed class VerifiableConsumerArguments
{
    public VerifiableConsumerArguments(KafkaRelease release)
    {
        bool isNew = release == KafkaRelease.V43;
        Set = new ArgumentSet("verifiable-consumer", "Reads a topic in a group and prints JSON lines about what it reads and about the group.") { ShowsDefaults = true };
        var connection = new ArgumentGroup(IsExclusive: true, IsRequired: true, "Connection Group", "Where the cluster is.");
        Topic = Set.Text("--topic", "The topic to read.", required: true);
        GroupProtocol = Set.Text("--group-protocol", "How the group is kept.", Name("GROUP-PROTOCOL"), "classic");
        RemoteAssignor = Set.Text("--group-remote-assignor", "Who shares out the partitions, with the newer protocol.", Name("GROUP-REMOTE-ASSIGNOR"));
        GroupId = Set.Text("--group-id", "The group.", Name("GROUP-ID"), required: true);
        InstanceId = Set.Text("--group-instance-id", "The name of a member that stays.", Name("GROUP-INSTANCE-ID"));
        Count = Set.Integer("--max-messages", "How many records to read; -1 for no end.", "MAX-MESSAGES", -1);
        SessionTimeout = Set.Integer("--session-timeout", "After how many ms without a sign a member is gone.", Name("TIMEOUT-MS"), 30_000);
        Verbose = Set.Flag("--verbose", "A line for each record.");
        AutoCommit = Set.Flag("--enable-autocommit", "Offsets are committed from time to time, not after each poll.");
        ResetPolicy = Set.Text("--reset-policy", "Where to begin without an offset.", isNew ? "RESET-POLICY" : "RESETPOLICY", "earliest");
        Strategy = Set.Text("--assignment-strategy", "Who shares out the partitions.", isNew ? "ASSIGNMENT-STRATEGY" : "ASSIGNMENTSTRATEGY");
        ConfigFile = Set.Text("--consumer.config", "A file with settings of the consumer.", Name("CONFIG-FILE"));
        CommandConfigFile = Set.Text("--command-config", "A file with settings of the consumer.", "CONFIG-FILE");
        CommandConfigFile.IsHidden = !isNew;
        Server = Set.Text("--bootstrap-server", "The brokers to start from.", "HOST1:PORT1[,HOST2:PORT2[...]]", group: connection);
        BrokerList = Set.Text("--broker-list", "The same, as older releases call it.", "HOST1:PORT1[,HOST2:PORT2[...]]", group: connection);
        BrokerList.IsHidden = isNew;

        string Name(string name) => isNew ? name : name.Replace('-', '_');
    }

    public ArgumentSet Set { get; }

    public Argument<string> Topic { get; }

    public Argument<string> GroupProtocol { get; }

    public Argument<string> RemoteAssignor { get; }

    public Argument<string> GroupId { get; }

    public Argument<string> InstanceId { get; }

    public Argument<int?> Count { get; }

    public Argument<int?> SessionTimeout { get; }

    public Argument Verbose { get; }

    public Argument AutoCommit { get; }

    public Argument<string> ResetPolicy { get; }

    public Argument<string> Strategy { get; }

    public Argument<string> ConfigFile { get; }

    public Argument<string> CommandConfigFile { get; }

    public Argument<string> Server { get; }

    public Argument<string> BrokerList { get; }
}

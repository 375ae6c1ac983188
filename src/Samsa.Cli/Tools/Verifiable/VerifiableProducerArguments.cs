using Samsa.Cli.Tools.Arguments;

namespace Samsa.Cli.Tools.Verifiable;

/// <summary>What <c>kafka-verifiable-producer</c> declares where a release is followed. Those of the other release are understood, and not shown.</summary>
internal sealed class VerifiableProducerArguments
{
    public VerifiableProducerArguments(KafkaRelease release)
    {
        bool isNew = release == KafkaRelease.V43;
        Set = new ArgumentSet("verifiable-producer", "Sends the numbers from 0 on and prints a JSON line about what became of each.") { ShowsDefaults = true };
        var connection = new ArgumentGroup(IsExclusive: true, IsRequired: true, "Connection Group", "Where the cluster is.");
        Topic = Set.Text("--topic", "The topic to send to.", required: true);
        Count = Set.Integer("--max-messages", "How many records to send; -1 for no end.", "MAX-MESSAGES", -1);
        Throughput = Set.Integer("--throughput", "About how many records are sent per second at most; negative for as many as possible.", defaultValue: -1);
        Acks = Set.Integer("--acks", "When a record counts as sent.", defaultValue: -1, choices: ["0", "1", "-1"]);
        ConfigFile = Set.Text("--producer.config", "A file with settings of the producer.", isNew ? "CONFIG-FILE" : "CONFIG_FILE");
        CreateTime = Set.Long(
            "--message-create-time", "The timestamp of the first record in ms since 1970; the others follow as time goes by.",
            isNew ? "CREATE-TIME" : "CREATETIME", -1);
        ValuePrefix = Set.Integer("--value-prefix", "A number that stands before each value, with a dot.", "VALUE-PREFIX");
        RepeatingKeys = Set.Integer("--repeating-keys", "The keys are the numbers from 0 up to this one, which is left out, again and again.", "REPEATING-KEYS");
        CommandConfigFile = Set.Text("--command-config", "A file with settings of the producer.", "CONFIG-FILE");
        Server = Set.Text("--bootstrap-server", "The brokers to start from.", "HOST1:PORT1[,HOST2:PORT2[...]]", group: connection);
        BrokerList = Set.Text("--broker-list", "The same, as older releases call it.", "HOST1:PORT1[,HOST2:PORT2[...]]", group: connection);
        CommandConfigFile.IsHidden = !isNew;
        BrokerList.IsHidden = isNew;
    }

    public ArgumentSet Set { get; }

    public Argument<string> Topic { get; }

    public Argument<int?> Count { get; }

    public Argument<int?> Throughput { get; }

    public Argument<int?> Acks { get; }

    public Argument<string> ConfigFile { get; }

    public Argument<long?> CreateTime { get; }

    public Argument<int?> ValuePrefix { get; }

    public Argument<int?> RepeatingKeys { get; }

    public Argument<string> CommandConfigFile { get; }

    public Argument<string> Server { get; }

    public Argument<string> BrokerList { get; }
}

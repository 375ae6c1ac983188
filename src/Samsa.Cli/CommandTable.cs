using Samsa.Cli.Tools.ApiVersions;
using Samsa.Cli.Tools.Clusters;
using Samsa.Cli.Tools.Configs;
using Samsa.Cli.Tools.ConsoleConsumer;
using Samsa.Cli.Tools.ConsoleProducer;
using Samsa.Cli.Tools.ConsumerGroups;
using Samsa.Cli.Tools.DumpLog;
using Samsa.Cli.Tools.LogDirs;
using Samsa.Cli.Tools.Offsets;
using Samsa.Cli.Tools.Performance;
using Samsa.Cli.Tools.Records;
using Samsa.Cli.Tools.Shell;
using Samsa.Cli.Tools.Streams;
using Samsa.Cli.Tools.Top;
using Samsa.Cli.Tools.Topics;
using Samsa.Cli.Tools.Verifiable;

namespace Samsa.Cli;

/// <summary>All tools of the executable.</summary>
internal static class CommandTable
{
    /// <summary>The tools, in the order of the overview.</summary>
    public static IReadOnlyList<CommandEntry> All { get; } =
    [
        new("server", "runs a broker", static () => new ServerCommand()),
        new("dump-log", "prints and checks the files of a log directory", static () => new DumpLogTool()),
        new("broker-api-versions", "prints what each broker serves", static () => new BrokerApiVersionsTool()),
        new("cluster", "prints the id and the endpoints of a cluster", static () => new ClusterTool()),
        new("configs", "prints and changes settings of topics and brokers", static () => new ConfigsTool()),
        new("console-consumer", "prints the records of topics", static () => new ConsoleConsumerTool()),
        new("console-producer", "sends lines as records", static () => new ConsoleProducerTool()),
        new("consumer-groups", "describes groups and their lag, resets offsets, deletes groups", static () => new ConsumerGroupsTool()),
        new("consumer-perf-test", "measures how fast records are read", static () => new ConsumerPerfTool()),
        new("delete-records", "deletes the first records of partitions", static () => new DeleteRecordsTool()),
        new("e2e-latency", "measures how long a record takes from producer to consumer", static () => new EndToEndLatencyTool()),
        new("get-offsets", "prints the offsets of partitions", static () => new GetOffsetsTool()),
        new("groups", "lists groups of every kind", static () => new GroupsTool()),
        new("log-dirs", "prints what lies in the log directories of brokers", static () => new LogDirsTool()),
        new("producer-perf-test", "measures how fast records are sent, and how late acknowledged", static () => new ProducerPerfTool()),
        new("streams-application-reset", "lets an application of Kafka Streams begin anew", static () => new StreamsResetTool()),
        new("top", "shows what topics receive, live", static () => new TopTool()),
        new("topics", "creates, lists, describes, grows and deletes topics", static () => new TopicsTool()),
        new("verifiable-consumer", "reads in a group and prints what happens to it", static () => new VerifiableConsumerTool()),
        new("verifiable-producer", "sends numbers and prints what became of each", static () => new VerifiableProducerTool()),
        new("zkcli", "a shell on a ZooKeeper server: bin/zkCli", static () => new ShellTool(isKafkas: false)),
        new("zookeeper-server", "runs a ZooKeeper server", static () => new ZooKeeperServerCommand()),
        new("zookeeper-shell", "the same shell under Kafka's name: bin/zookeeper-shell", static () => new ShellTool(isKafkas: true)),
    ];
}

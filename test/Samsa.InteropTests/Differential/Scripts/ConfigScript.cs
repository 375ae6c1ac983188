namespace Samsa.InteropTests.Differential.Scripts;

/// <summary>kafka-configs for topics, one broker, all brokers and groups; kafka-client-metrics as far as there is something to tell.</summary>
internal static class ConfigScript
{
    private const string Topic = "--entity-type topics --entity-name c-one ";
    private const string Broker = "--entity-type brokers --entity-name 1 ";
    private const string Group = "--entity-type groups --entity-name c-group ";
    private const string Brokers = "--entity-type brokers --entity-default ";

    public static ToolChapter Chapter { get; } = new("configs",
    [
        new ToolCall("create", "kafka-topics", "--create", "--topic", "c-one", "--partitions", "1"),
        Configs("describe nothing", Topic + "--describe") with { More = true },
        Configs("describe all of a topic", Topic + "--describe --all"),
        Configs("alter topic", Topic + "--alter --add-config retention.ms=7200000,cleanup.policy=[compact,delete],max.message.bytes=100000"),
        Configs("describe topic", Topic + "--describe"),
        Configs("delete from topic", Topic + "--alter --delete-config retention.ms,max.message.bytes") with { More = true },
        Configs("delete what is not there", Topic + "--alter --delete-config retention.ms,no.such.key") with { FailsIn39 = true, More = true },
        Configs("unknown key", Topic + "--alter --add-config no.such.key=1") with { Fails = true },
        Configs("wrong value", Topic + "--alter --add-config retention.ms=soon") with { Fails = true },
        Configs("value of another list", Topic + "--alter --add-config cleanup.policy=burn") with { Fails = true, More = true },
        Configs("value out of bounds", Topic + "--alter --add-config min.insync.replicas=0") with { Fails = true, More = true },
        Configs("values that contradict each other", Topic + "--alter --add-config segment.ms=0,min.cleanable.dirty.ratio=2") with { Fails = true, More = true },
        Configs("add and delete", Topic + "--alter --add-config compression.type=lz4 --delete-config cleanup.policy") with { More = true },
        Configs("alter topic by a file", Topic + "--alter --add-config-file $FILE") with { More = true, File = "flush.ms=5000\nretention.bytes=1000000\n" },
        Configs("describe every topic", "--entity-type topics --describe") with { More = true },
        Configs("describe topic the short way", "--topic c-one --describe") with { More = true },
        Configs("describe unknown topic", "--entity-type topics --entity-name c-nobody --describe") with { FailsIn39 = true, More = true },
        Configs("alter unknown topic", "--entity-type topics --entity-name c-nobody --alter --add-config retention.ms=1") with { Fails = true },
        Configs("describe all of a broker", Broker + "--describe --all"),
        Configs("alter broker", Broker + "--alter --add-config log.cleaner.threads=2,log.retention.ms=5000000") with { More = true },
        Configs("describe broker", Broker + "--describe") with { More = true },
        Configs("alter all brokers", Brokers + "--alter --add-config message.max.bytes=2000000") with { MoreIn39 = true },
        Configs("describe default", Brokers + "--describe") with { MoreIn39 = true },
        Configs("describe brokers", "--entity-type brokers --describe") with { More = true },
        Configs("describe broker with the default", Broker + "--describe") with { More = true },
        Configs("key that is read only", Broker + "--alter --add-config broker.id=4") with { Fails = true },
        Configs("key that is no default", Brokers + "--alter --add-config listeners=PLAINTEXT://:1") with { Fails = true },
        Configs("wrong value for a broker", Broker + "--alter --add-config log.cleaner.threads=many") with { Fails = true, More = true },
        Configs("broker value out of bounds", Broker + "--alter --add-config log.cleaner.threads=-1") with { Fails = true, More = true },
        Configs("delete from broker", Broker + "--alter --delete-config log.cleaner.threads,log.retention.ms") with { More = true },
        Configs("delete from all brokers", Brokers + "--alter --delete-config message.max.bytes") with { MoreIn39 = true },
        Configs("describe cleared brokers", "--entity-type brokers --describe") with { More = true },
        // The tool of 3.9 cannot alter this broker's configuration any more afterwards, at neither of the two.
        Configs("unknown key of a broker", Broker + "--alter --add-config no.such.key=4") with { More = true },
        Configs("describe unknown key of a broker", Broker + "--describe") with { More = true },
        Configs("alter broker with an unknown key", Broker + "--alter --add-config log.cleaner.threads=2") with { FailsIn39 = true, More = true },
        Configs("describe unknown broker", "--entity-type brokers --entity-name 7 --describe") with { FailsIn39 = true, More = true },
        Configs("alter group", Group + "--alter --add-config consumer.session.timeout.ms=50000") with { Only = "4.3" },
        Configs("describe group", Group + "--describe") with { Only = "4.3", More = true },
        Configs("describe unknown group", "--entity-type groups --entity-name c-nobody --describe") with { Only = "4.3" },
        Configs("clear group", Group + "--alter --delete-config consumer.session.timeout.ms") with { Only = "4.3", More = true },
        Configs("describe unknown subscription", "--entity-type client-metrics --entity-name c-nobody --describe") with { Only = "4.3", More = true },
        new ToolCall("list subscriptions", "kafka-client-metrics", "--list") { Only = "4.3" },
        Configs("describe broker by name", "--entity-type brokers --entity-name x --describe") with { Fails = true, More = true },
    ]);

    private static ToolCall Configs(string name, string arguments) => new(name, "kafka-configs", arguments.Split(' '));
}

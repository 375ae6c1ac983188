using Samsa.Testing;
using Xunit;

namespace Samsa.IntegrationTests.Cli;

/// <summary><c>kafka-configs</c> against a broker of our own, with the command lines and the answers recorded from Apache Kafka.</summary>
public sealed class ConfigsToolTests : IAsyncLifetime
{
    private const string Twice =
        "Dynamic configs for topic t1 are:\n"
        + "  cleanup.policy=compact,delete sensitive=false synonyms={DYNAMIC_TOPIC_CONFIG:cleanup.policy=compact,delete, DEFAULT_CONFIG:log.cleanup.policy=delete}\n"
        + "  retention.ms=3600000 sensitive=false synonyms={DYNAMIC_TOPIC_CONFIG:retention.ms=3600000}\n";

    private SamsaBroker _broker = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = await SamsaBroker.StartAsync();
        Assert.Equal(0, (await RunAsync("3.9", "topics", "--create", "--topic", "t1")).ExitCode);
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Theory]
    [InlineData("3.9")]
    [InlineData("4.3")]
    public async Task Settings_of_a_topic_are_changed_and_printed(string release)
    {
        await IsAsync(release, "Dynamic configs for topic t1 are:\n", "--describe", "--entity-type", "topics", "--entity-name", "t1");
        await IsAsync(release, "Completed updating config for topic t1.\n", "--alter", "--entity-type", "topics", "--entity-name", "t1", "--add-config", "retention.ms=3600000,cleanup.policy=[compact,delete]");
        await IsAsync(release, Twice, "--describe", "--entity-type", "topics", "--entity-name", "t1");
        await IsAsync(release, Twice, "--describe", "--topic", "t1");
        await IsAsync(release, Twice, "--describe", "--entity-type", "topics");
        var all = await RunAsync(release, "configs", "--describe", "--topic", "t1", "--all");
        Assert.StartsWith("All configs for topic t1 are:\n  cleanup.policy=compact,delete sensitive=false", all.Output, StringComparison.Ordinal);
        Assert.Contains("\n  compression.type=producer sensitive=false synonyms={DEFAULT_CONFIG:compression.type=producer}\n", all.Output, StringComparison.Ordinal);

        string file = Path.Combine(_broker.DataDirectory, "..", Path.GetRandomFileName());
        await File.WriteAllTextAsync(file, "segment.bytes=1048576\n", TestContext.Current.CancellationToken);
        await IsAsync(release, "Completed updating config for topic t1.\n", "--alter", "--topic", "t1", "--add-config-file", file);
        File.Delete(file);
        await IsAsync(release, "Completed updating config for topic t1.\n", "--alter", "--topic", "t1", "--delete-config", "cleanup.policy, retention.ms,segment.bytes");
        await IsAsync(release, "Dynamic configs for topic t1 are:\n", "--describe", "--topic", "t1");
    }

    [Fact]
    public async Task Settings_of_brokers_are_changed_and_printed()
    {
        await IsAsync("3.9", "Completed updating default config for brokers in the cluster.\n", "--alter", "--broker-defaults", "--add-config", "log.retention.ms=7200000");
        await IsAsync("3.9", "Completed updating config for broker 0.\n", "--alter", "--broker", "0", "--add-config", "my.own=1");
        const string Default = "Default configs for brokers in the cluster are:\n"
            + "  log.retention.ms=7200000 sensitive=false synonyms={DYNAMIC_DEFAULT_BROKER_CONFIG:log.retention.ms=7200000}\n";
        const string Own = "Dynamic configs for broker 0 are:\n  my.own=null sensitive=true synonyms={DYNAMIC_BROKER_CONFIG:my.own=null}\n";
        await IsAsync("3.9", Own, "--describe", "--broker", "0");
        await IsAsync("3.9", Default, "--describe", "--broker-defaults");
        await IsAsync("3.9", Default, "--describe", "--entity-type", "brokers", "--entity-default");
        await IsAsync("3.9", Own + Default, "--describe", "--entity-type", "brokers");
        await IsAsync("4.3", "Completed updating config for broker 0.\n", "--alter", "--broker", "0", "--delete-config", "log.cleaner.threads,my.own");
        await IsAsync("3.9", "Completed updating default config for brokers in the cluster.\n", "--alter", "--broker-defaults", "--delete-config", "log.retention.ms");
    }

    [Fact]
    public async Task Settings_of_groups_are_changed_and_printed_and_a_missing_one_is_told_by_4_3()
    {
        const string Own = "Dynamic configs for group g1 are:\n  consumer.session.timeout.ms=50000 sensitive=false "
            + "synonyms={DYNAMIC_GROUP_CONFIG:consumer.session.timeout.ms=50000, DEFAULT_CONFIG:group.consumer.session.timeout.ms=45000}\n";
        await IsAsync("4.3", "", "--describe", "--entity-type", "groups");
        await IsAsync("4.3", "Completed updating config for group g1.\n", "--alter", "--entity-type", "groups", "--entity-name", "g1", "--add-config", "consumer.session.timeout.ms=50000");
        await IsAsync("4.3", Own, "--describe", "--entity-type", "groups", "--entity-name", "g1");
        await IsAsync("4.3", Own, "--describe", "--entity-type", "groups");
        await IsAsync("4.3", "The group 'nope' doesn't exist and doesn't have dynamic config.\n", "--describe", "--entity-type", "groups", "--entity-name", "nope");
        await IsAsync("4.3", "", "--describe", "--entity-type", "client-metrics");
        await IsAsync("4.3", "The client-metric 'nope' doesn't exist and doesn't have dynamic config.\n", "--describe", "--entity-type", "client-metrics", "--entity-name", "nope");
    }

    [Theory]
    [InlineData("--alter --topic t1 --delete-config cleanup.policy", "Invalid config(s): cleanup.policy", null)]
    [InlineData("--alter --topic t1 --delete-config no.such", "Invalid config(s): no.such", null)]
    [InlineData("--alter --topic t1 --add-config retention.ms", "requirement failed: Invalid entity config: all configs to be added must be in the format \"key=val\".", "requirement failed: Invalid entity config: all configs to be added must be in the format \"key=val\" or  \"key=[val1,val2]\" to group values which contain commas.")]
    [InlineData("--alter --topic t1 --add-config a$b=c", "Invalid character found for config key: a$b", "")]
    [InlineData("--describe --entity-type nosuch", "Invalid entity type nosuch, the entity type must be one of topics, clients, users, brokers, ips, broker-loggers, client-metrics with a --bootstrap-server or --bootstrap-controller argument", "Invalid entity type nosuch, the entity type must be one of topics, clients, users, brokers, ips, client-metrics, groups, broker-loggers with a --bootstrap-server or --bootstrap-controller argument")]
    [InlineData("--describe", "At least one entity type must be specified", "At least one entity type must be specified")]
    [InlineData("--alter --topic t1", "At least one of --add-config, --add-config-file, or --delete-config must be specified with --alter", "At least one of --add-config, --add-config-file, or --delete-config must be specified with --alter")]
    [InlineData("--alter --user u1 --add-config producer_byte_rate=1024", "quotas and credentials of users are not served yet", "quotas and credentials of users are not served yet")]
    [InlineData("--describe --broker one", "The entity name for brokers must be a valid integer broker id, but it is: one", "The entity name for brokers must be a valid integer broker id, but it is: one")]
    public async Task A_mistake_is_one_line_in_the_words_of_the_release(string arguments, string in39, string? in43)
    {
        Assert.Equal(new ToolRun(1, "", in39 + "\n"), await RunAsync("3.9", ["configs", .. arguments.Split(' ')]));
        var run = await RunAsync("4.3", ["configs", .. arguments.Split(' ')]);

        // null: 4.3 succeeds. "": the broker refuses.
        if (in43 is null)
            Assert.Equal(new ToolRun(0, "Completed updating config for topic t1.\n", ""), run);
        else if (in43.Length > 0)
            Assert.Equal(new ToolRun(1, "", in43 + "\n"), run);
        else
            Assert.StartsWith("Error while executing config command", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--alter --topic t1 --add-config no.such=1", "org.apache.kafka.common.errors.InvalidConfigurationException: Unknown topic config name: no.such")]
    [InlineData("--alter --topic t1 --add-config retention.ms=abc", "org.apache.kafka.common.errors.InvalidConfigurationException: Invalid value abc for configuration retention.ms: Not a number of type LONG")]
    [InlineData("--alter --topic nope --add-config retention.ms=1", "org.apache.kafka.common.errors.UnknownTopicOrPartitionException: The topic 'nope' does not exist.")]
    public async Task What_the_broker_refuses_is_told_by_its_reason(string arguments, string reason)
    {
        var run = await RunAsync("4.3", ["configs", .. arguments.Split(' ')]);

        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Equal(
            $"Error while executing config command with args '--bootstrap-server {_broker.BootstrapServers} {arguments}'\n{reason}\n", run.Errors);
    }

    [Fact]
    public async Task What_does_not_exist_is_told_in_the_words_of_the_release()
    {
        await IsAsync("4.3", "The topic 'nope' doesn't exist and doesn't have dynamic config.\n", "--describe", "--topic", "nope");
        await IsAsync("4.3", "The broker '77' doesn't exist and doesn't have dynamic config.\n", "--describe", "--broker", "77");
        foreach (string[] entity in new[] { new[] { "--topic", "nope" }, ["--broker", "77"] })
        {
            var run = await RunAsync("3.9", ["configs", "--describe", .. entity]);
            Assert.Equal((1, $"Dynamic configs for {entity[0][2..]} {entity[1]} are:\n"), (run.ExitCode, run.Output));
            Assert.StartsWith("Error while executing config command with args '", run.Errors, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("3.9", "--describe --topic t1", "Invalid entity type topics, the entity type must be one of users, brokers with a --zookeeper argument")]
    [InlineData("3.9", "--describe --entity-type brokers", "One of the required --bootstrap-server, --boostrap-controller, or --zookeeper arguments must be specified")]
    [InlineData("4.3", "--describe --topic t1", "Either --bootstrap-server or --bootstrap-controller must be specified.")]
    [InlineData("3.9", "--describe --zookeeper h:x --entity-type users", "--zookeeper: \"h:x\" is not host:port.")]
    public async Task A_cluster_that_is_not_named_is_missed(string release, string arguments, string message) =>
        Assert.Equal(new ToolRun(1, "", message + "\n"), await ToolRun.RunAsync(release, null, ["configs", .. arguments.Split(' ')]));

    private async Task IsAsync(string release, string output, params string[] arguments) =>
        Assert.Equal(new ToolRun(0, output, ""), await RunAsync(release, ["configs", .. arguments]));

    private Task<ToolRun> RunAsync(string release, params string[] arguments) =>
        ToolRun.RunAsync(release, null, [arguments[0], "--bootstrap-server", _broker.BootstrapServers, .. arguments[1..]]);
}

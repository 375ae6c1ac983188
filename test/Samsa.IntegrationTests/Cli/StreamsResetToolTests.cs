using Samsa.Client.Admin;
using Samsa.Client.Consumer;
using Samsa.Client.Producer;
using Samsa.Protocol;
using Samsa.Testing;
using Xunit;

namespace Samsa.IntegrationTests.Cli;

/// <summary>
/// <c>kafka-streams-application-reset</c> against a broker of our own, with what Apache Kafka's printed for the same topics; 3.9.2 and 4.3.1 do not differ
/// unless a test says so.
/// </summary>
public sealed class StreamsResetToolTests : IAsyncLifetime
{
    private const string Dry = "----Dry run displays the actions which will be performed when running Streams Reset Tool----\n";
    private const string Heading = "Reset-offsets for input topics [cg]\nFollowing input topics offsets will be reset to (for consumer group app)\n";
    private const string Inferred =
        "Done.\nDeleting inferred internal topics [app-KTABLE-FK-JOIN-SUBSCRIPTION-REGISTRATION-1-topic, app-x-repartition, app-store-changelog]\nDone.\n";

    private SamsaBroker _broker = null!;
    private KafkaAdmin _admin = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _broker = await SamsaBroker.StartAsync(new SamsaBrokerOptions
        {
            Overrides = new Dictionary<string, string> { ["group.initial.rebalance.delay.ms"] = "0", ["group.max.session.timeout.ms"] = "1800000" },
        });
        _admin = new KafkaAdmin(new AdminOptions { BootstrapServers = _broker.BootstrapServers });
        await _admin.CreateTopicAsync(new NewTopic("cg") { Partitions = 2 }, Cancellation);
        foreach (string topic in new[] { "app-store-changelog", "app-x-repartition", "app-KTABLE-FK-JOIN-SUBSCRIPTION-REGISTRATION-1-topic", "other-changelog", "inter" })
            await _admin.CreateTopicAsync(new NewTopic(topic) { Partitions = 1 }, Cancellation);
        await using var producer = new KafkaProducer(new ProducerOptions { BootstrapServers = _broker.BootstrapServers });
        for (int i = 0; i < 10; i++)
            await producer.SendAsync(new ProducerRecord { Topic = "cg", Partition = 0, Value = "x"u8.ToArray() }, Cancellation);
        for (int i = 0; i < 3; i++)
            await producer.SendAsync("inter", default, "x"u8.ToArray(), Cancellation);
        await producer.FlushAsync(Cancellation);
        await _admin.AlterGroupOffsetsAsync(
            "app", new Dictionary<TopicPartition, CommittedOffset> { [new("cg", 0)] = new(2), [new("cg", 1)] = new(0), [new("inter", 0)] = new(2) }, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (_admin is not null)
            await _admin.DisposeAsync();
        if (_broker is not null)
            await _broker.DisposeAsync();
    }

    [Fact]
    public async Task A_dry_run_shows_every_way_and_changes_nothing()
    {
        const string Higher = "New offset ({0}) is higher than latest offset. Value will be set to 0\n";
        const string Empty = "Partition 1 from topic cg is empty, without a committed record. Falling back to latest known offset.\n";
        string file = Path.Combine(_broker.DataDirectory, "..", Path.GetRandomFileName());
        await File.WriteAllTextAsync(file, "cg,0,2\ncg,1,0\n", Cancellation);
        foreach (var (how, said, offset) in new[]
        {
            ("", "", 0), ("--to-latest", "", 10), ("--to-earliest", "", 0), ("--to-offset 5", Higher.Replace("{0}", "5", StringComparison.Ordinal), 5),
            ("--shift-by 1", Higher.Replace("{0}", "1", StringComparison.Ordinal), 3), ("--to-datetime 2020-01-01T00:00:00.000", Empty, 0), ("--by-duration PT1H", Empty, 0),
            ($"--from-file {file}", Higher.Replace("{0}", "0", StringComparison.Ordinal), 2),
        })
        {
            Assert.Equal(
                new ToolRun(0, Dry + Heading + said + $"Topic: cg Partition: 1 Offset: 0\nTopic: cg Partition: 0 Offset: {offset}\n" + Inferred, ""),
                await RunAsync("3.9", $"--application-id app --input-topics cg --dry-run {how}"));
        }

        File.Delete(file);
        Assert.Equal(new long[] { 2, 0, 2 }, await OffsetsAsync());
        Assert.Equal(6 + 1, (await _admin.ListTopicsAsync(listInternal: true, Cancellation)).Count);
    }

    [Fact]
    public async Task Offsets_are_reset_and_internal_topics_deleted()
    {
        Assert.Equal(
            new ToolRun(
                0,
                "Reset-offsets for input topics [cg]\nSeek-to-end for intermediate topics [inter]\nFollowing input topics offsets will be reset to (for consumer group app)\n"
                + "New offset (7) is higher than latest offset. Value will be set to 0\nTopic: cg Partition: 1 Offset: 0\nTopic: cg Partition: 0 Offset: 7\n"
                + "Following intermediate topics offsets will be reset to end (for consumer group app)\nTopic: inter\n"
                + "Done.\nDeleting specified internal topics [app-store-changelog]\nDone.\n",
                ""),
            await RunAsync("3.9", "--application-id app --input-topics cg --intermediate-topics inter --internal-topics app-store-changelog --to-offset 7"));
        Assert.Equal(new long[] { 7, 0, 3 }, await OffsetsAsync());
        Assert.Equal(
            new ToolRun(
                0,
                "No input or intermediate topics specified. Skipping seek.\n"
                + "Deleting inferred internal topics [app-KTABLE-FK-JOIN-SUBSCRIPTION-REGISTRATION-1-topic, app-x-repartition]\nDone.\n", ""),
            await RunAsync("3.9", "--application-id app"));
        Assert.Equal(["cg", "inter", "other-changelog"], (await _admin.ListTopicsAsync(cancellation: Cancellation)).Select(t => t.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_is_not_found_is_skipped_or_refused()
    {
        Assert.Equal(
            new ToolRun(
                1,
                Dry + "Reset-offsets for input topics [cg, nope]\nFollowing input topics are not found, skipping them\nTopic: nope\n"
                + "Following input topics offsets will be reset to (for consumer group app)\nTopic: cg Partition: 1 Offset: 0\nTopic: cg Partition: 0 Offset: 0\n" + Inferred,
                ""),
            await RunAsync("3.9", "--application-id app --input-topics cg,nope --dry-run"));
        Assert.Equal(
            new ToolRun(
                1, "No input or intermediate topics specified. Skipping seek.\n",
                "ERROR: java.lang.IllegalArgumentException: Invalid topic specified in the --internal-topics option. Ensure that the topics specified are all "
                + "internal topics. Do a dry run without the --internal-topics option to see the list of all internal topics that can be deleted.\n"),
            await RunAsync("4.3", "--application-id app --internal-topics other-changelog"));
        Assert.Equal(
            new ToolRun(1, "Reset-offsets for input topics [cg]\nFollowing input topics offsets will be reset to (for consumer group app)\n", "ERROR: Text cannot be parsed to a Duration\n"),
            await RunAsync("3.9", "--application-id app --input-topics cg --by-duration soon"));
    }

    [Fact]
    public async Task An_application_that_still_runs_is_not_reset_unless_by_force()
    {
        using var member = await SilentMember.JoinAsync(_broker.BootstrapServers, "app", "inst1", new("cg", 0), new("cg", 1));
        var refused = await RunAsync("3.9", "--application-id app --input-topics cg");
        Assert.Equal((1, ""), (refused.ExitCode, refused.Output));
        Assert.StartsWith(
            $"ERROR: java.lang.IllegalStateException: Consumer group 'app' is still active and has following members: [{member.MemberId}", refused.Errors,
            StringComparison.Ordinal);

        // Unlike Apache's, a dry run does not throw members out.
        const string Forced = "Force deleting all active members in the group: app\n";
        const string Earliest = "Topic: cg Partition: 1 Offset: 0\nTopic: cg Partition: 0 Offset: 0\n";
        Assert.Equal(new ToolRun(0, Forced + Dry + Heading + Earliest + Inferred, ""), await RunAsync("3.9", "--application-id app --input-topics cg --force --dry-run"));
        Assert.Equal(new ToolRun(0, Forced + Heading + Earliest + Inferred, ""), await RunAsync("3.9", "--application-id app --input-topics cg --force"));
        Assert.Equal(new long[] { 0, 0, 2 }, await OffsetsAsync());
    }

    [Theory]
    [InlineData("--application-id app --input-topics cg --to-earliest --to-latest", "Option \"[to-earliest]\" can't be used with option \"[to-latest]\"")]
    [InlineData("--input-topics cg", "Missing required option(s) [application-id]")]
    [InlineData("--application-id app --nosuch", "nosuch is not a recognized option")]
    public async Task A_mistake_comes_with_the_options(string arguments, string message)
    {
        var run = await ToolRun.RunAsync("3.9", null, ["streams-application-reset", .. arguments.Split(' ')]);

        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.StartsWith(message + "\nOption (* = required)", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_4_3_calls_deprecated_is_said()
    {
        var run = await RunAsync("4.3", "--application-id app --intermediate-topics inter --config-file /nonexistent/file");

        Assert.Equal((1, "Option --config-file has been deprecated and will be removed in a future version. Use --command-config instead.\n"), (run.ExitCode, run.Output));
        Assert.Contains(
            "\nWARN: `--intermediate-topics` is deprecated and will be removed in a future release\n",
            (await RunAsync("4.3", "--application-id app --intermediate-topics inter --dry-run")).Output, StringComparison.Ordinal);
    }

    private async Task<long[]> OffsetsAsync()
    {
        var offsets = (await _admin.ListGroupOffsetsAsync(["app"], cancellation: Cancellation))[0].Offsets;
        return [offsets[new("cg", 0)].Offset, offsets[new("cg", 1)].Offset, offsets[new("inter", 0)].Offset];
    }

    private Task<ToolRun> RunAsync(string release, string arguments) => ToolRun.RunAsync(
        release, null,
        ["streams-application-reset", "--bootstrap-server", _broker.BootstrapServers, .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
}

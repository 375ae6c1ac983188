using Samsa.Client.Admin;
using Samsa.Client.Consumer;
using Samsa.Client.Producer;
using Samsa.Protocol;
using Samsa.Testing;
using Xunit;

namespace Samsa.IntegrationTests.Cli;

/// <summary>
/// <c>kafka-consumer-groups</c> and <c>kafka-groups</c> against a broker of our own, with what Apache Kafka's 3.9.2 and 4.3.1 printed for the same
/// groups; of 3.9 the line ends that it forgets are ours.
/// </summary>
public sealed class ConsumerGroupsToolTests : IAsyncLifetime
{
    private const string Head39 = "GROUP           TOPIC           PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG             CONSUMER-ID     HOST            CLIENT-ID\n";
    private const string ResetHead39 = "\nGROUP                          TOPIC                          PARTITION  NEW-OFFSET     \n";
    private const string ResetHead43 = "\nGROUP           TOPIC           PARTITION  NEW-OFFSET\n";

    private static readonly Dictionary<TopicPartition, CommittedOffset> OffsetsOfA = new() { [new("cg", 0)] = new(4), [new("cg", 1)] = new(0) };

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
        await _admin.CreateTopicAsync(new NewTopic("cg2") { Partitions = 3 }, Cancellation);
        await using var producer = new KafkaProducer(new ProducerOptions { BootstrapServers = _broker.BootstrapServers });
        foreach (var (topic, partition, count) in new[] { ("cg", 0, 10), ("cg2", 0, 5), ("cg2", 2, 5) })
        {
            for (int i = 0; i < count; i++)
                await producer.SendAsync(new ProducerRecord { Topic = topic, Partition = partition, Value = "x"u8.ToArray() }, Cancellation);
        }

        await producer.FlushAsync(Cancellation);
        await CommitAsync("ga", OffsetsOfA);
    }

    public async ValueTask DisposeAsync()
    {
        if (_admin is not null)
            await _admin.DisposeAsync();
        if (_broker is not null)
            await _broker.DisposeAsync();
    }

    [Fact]
    public async Task Groups_are_listed()
    {
        using var member = await MemberAsync();
        await IsAsync("3.9", "ga\ngc\n", "--list");
        await IsAsync("3.9", "GROUP                     STATE               \nga                        Empty               \ngc                        Stable              \n", "--list", "--state");
        await IsAsync("3.9", "GROUP                     STATE               \n", "--list", "--state", "Dead");
        await IsAsync(
            "4.3", "GROUP                     TYPE                 STATE               \nga                        Classic              Empty               \n",
            "--list", "--state", "empty, reconciling", "--type", "classic,consumer");
        await IsAsync("3.9", "GROUP                     TYPE                \n", "--list", "--type", "consumer");
        Assert.Equal(
            new ToolRun(0, "GROUP                TYPE                 PROTOCOL            \ngc                   Classic              consumer             \n", ""),
            await ToolRun.RunAsync("4.3", null, "groups", "--bootstrap-server", _broker.BootstrapServers, "--list", "--protocol", "consumer"));
        Assert.Equal(
            new ToolRun(0, "GROUP                TYPE                 PROTOCOL            \n", ""),
            await ToolRun.RunAsync("4.3", null, "groups", "--bootstrap-server", _broker.BootstrapServers, "--list", "--share"));
    }

    [Fact]
    public async Task Offsets_members_and_states_are_described_as_by_3_9()
    {
        using var member = await MemberAsync();
        string id = member.MemberId;
        string pad = new(' ', id.Length - "CONSUMER-ID".Length);
        var run = await RunAsync("3.9", "--describe", "--all-groups");
        Assert.Equal(
            new ToolRun(
                0,
                "\n" + Head39
                + "ga              cg              1          0               0               0               -               -               -\n"
                + "ga              cg              0          4               10              6               -               -               -\n"
                + $"GROUP           TOPIC           PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG             CONSUMER-ID{pad} HOST            CLIENT-ID\n"
                + $"gc              cg              1          -               0               -               {id} /127.0.0.1      test\n"
                + $"gc              cg              0          -               10              -               {id} /127.0.0.1      test\n",
                "\nConsumer group 'ga' has no active members.\n"),
            run);
        Assert.Equal(run, await RunAsync("3.9", "--describe", "--all-groups", "--offsets"));
        await IsAsync(
            "3.9",
            $"\nGROUP           CONSUMER-ID{pad} GROUP-INSTANCE-ID HOST            CLIENT-ID       #PARTITIONS     ASSIGNMENT\n"
            + $"gc              {id} inst1             /127.0.0.1      test            2               (0,1)\n",
            "--describe", "--group", "gc", "--members", "--verbose");
        await IsAsync(
            "3.9",
            "\nGROUP                     COORDINATOR (ID)          ASSIGNMENT-STRATEGY  STATE           #MEMBERS\n"
            + $"gc                        {Coordinator} range                Stable          1\n",
            "--describe", "--group", "gc", "--state", "--verbose");
    }

    [Fact]
    public async Task Offsets_members_and_states_are_described_as_by_4_3()
    {
        using var member = await MemberAsync();
        string id = member.MemberId;
        string pad = new(' ', id.Length - "CONSUMER-ID".Length);
        Assert.Equal(
            new ToolRun(
                0,
                "\nGROUP           TOPIC           PARTITION  LEADER-EPOCH    CURRENT-OFFSET  LOG-END-OFFSET  LAG             CONSUMER-ID     HOST            CLIENT-ID\n"
                + "ga              cg              0          -               4               10              6               -               -               -\n"
                + "ga              cg              1          -               0               0               0               -               -               -\n",
                "\nConsumer group 'ga' has no active members.\n"),
            await RunAsync("4.3", "--describe", "--group", "ga", "--verbose"));
        await IsAsync(
            "4.3",
            $"\nGROUP           CONSUMER-ID{pad} GROUP-INSTANCE-ID HOST            CLIENT-ID       #PARTITIONS     CURRENT-EPOCH   CURRENT-ASSIGNMENT   TARGET-EPOCH    TARGET-ASSIGNMENT   \n"
            + $"gc              {id} inst1             /127.0.0.1      test            2               -               cg:0,1               -               -                   \n",
            "--describe", "--group", "gc", "--members", "--verbose");
        await IsAsync(
            "4.3",
            "\nGROUP           COORDINATOR (ID)          ASSIGNMENT-STRATEGY  STATE                GROUP-EPOCH     TARGET-ASSIGNMENT-EPOCH   #MEMBERS\n"
            + $"gc              {Coordinator} range                Stable               -               -                         1\n",
            "--describe", "--group", "gc", "--state", "--verbose");
    }

    [Fact]
    public async Task A_group_that_does_not_exist_is_told_in_the_words_of_the_release()
    {
        await IsAsync("3.9", "\nError: Consumer group 'nope' does not exist.\n", "--describe", "--group", "nope");
        await IsAsync(
            "3.9", "\nError: Consumer group 'nope' does not exist.\n\nGROUP           CONSUMER-ID     HOST            CLIENT-ID       #PARTITIONS     \n",
            "--describe", "--group", "nope", "--members");
        const string Missing = "org.apache.kafka.common.errors.GroupIdNotFoundException: Group nope not found.";
        Assert.Equal(
            new ToolRun(0, $"\nError: Executing consumer group command failed due to {Missing}\n", $"ERROR {Missing}\n"),
            await RunAsync("4.3", "--describe", "--group", "ga", "--group", "nope"));
    }

    [Fact]
    public async Task Offsets_are_reset_in_every_way()
    {
        await ResetsAsync("--topic cg --to-earliest", "cg 1 0", "cg 0 0");
        await ResetsAsync("--topic cg --to-latest", "cg 1 0", "cg 0 10");
        await ResetsAsync("--topic cg:0 --to-offset 3", "cg 0 3");
        await ResetsAsync("--topic cg:0 --shift-by -2", "cg 0 2");
        await ResetsAsync("--topic cg:0 --shift-by 2", "cg 0 6");
        await ResetsAsync("--all-topics --to-latest", "cg 1 0", "cg 0 10");
        await ResetsAsync("--topic cg:0 --to-datetime 2020-01-01T00:00:00.000", "cg 0 0");
        await ResetsAsync("--topic cg:0 --by-duration PT1H", "cg 0 0");
        await ResetsAsync("--topic cg2 --topic cg:0,1 --to-current", "cg 1 0", "cg 0 4", "cg2 2 5", "cg2 0 5", "cg2 1 0");
    }

    [Fact]
    public async Task An_offset_outside_the_log_is_moved_into_it()
    {
        Assert.Equal(
            new ToolRun(
                0, ResetHead43 + "ga              cg              1          0\nga              cg              0          10\n",
                "WARN New offset (9999) is higher than latest offset for topic partition cg-1. Value will be set to 0\n"
                + "WARN New offset (9999) is higher than latest offset for topic partition cg-0. Value will be set to 10\n"),
            await RunAsync("4.3", "--reset-offsets", "--group", "ga", "--topic", "cg", "--to-offset", "9999", "--dry-run"));
        Assert.Equal(
            new ToolRun(
                0, ResetHead43 + "ga              cg              0          0\n",
                "WARN New offset (-196) is lower than earliest offset for topic partition cg-0. Value will be set to 0\n"),
            await RunAsync("4.3", "--reset-offsets", "--group", "ga", "--topic", "cg:0", "--shift-by", "-200", "--dry-run"));
    }

    [Fact]
    public async Task A_time_without_a_later_record_is_the_end() => await IsAsync(
        "3.9",
        "\nWarn: Partition 1 from topic cg is empty. Falling back to latest known offset.\n\nWarn: Partition 0 from topic cg is empty. Falling back to latest known offset.\n"
        + ResetHead39
        + "ga                             cg                             1          0              \nga                             cg                             0          10             \n",
        "--reset-offsets", "--group", "ga", "--topic", "cg", "--to-datetime", "2035-01-01T00:00:00.000", "--dry-run");

    [Fact]
    public async Task What_is_exported_is_imported()
    {
        await CommitAsync("gb", new() { [new("cg2", 2)] = new(3) });
        await IsAsync("3.9", "cg,1,0\ncg,0,4\n\n", "--reset-offsets", "--group", "ga", "--all-topics", "--to-current", "--export", "--dry-run");
        const string Both = "ga,cg,1,0\nga,cg,0,4\ngb,cg2,2,3\n";
        await IsAsync("4.3", Both + "\n", "--reset-offsets", "--group", "ga", "--group", "gb", "--all-topics", "--to-current", "--export", "--dry-run");

        string file = Path.Combine(_broker.DataDirectory, "..", Path.GetRandomFileName());
        await File.WriteAllTextAsync(file, Both.Replace("cg,0,4", "cg,0,7", StringComparison.Ordinal), Cancellation);
        await IsAsync(
            "4.3",
            ResetHead43 + "ga              cg              1          0\nga              cg              0          7\ngb              cg2             2          3\n",
            "--reset-offsets", "--group", "ga", "--group", "gb", "--from-file", file, "--execute");
        File.Delete(file);
        Assert.Equal(7, (await OffsetsAsync("ga"))[new("cg", 0)].Offset);
    }

    [Fact]
    public async Task A_reset_that_cannot_be_done_says_why()
    {
        await FailsAsync("--topic nope --to-earliest", "This server does not host this topic-partition.");
        await FailsAsync("--topic cg --to-datetime yesterday", "java.text.ParseException: Error parsing timestamp. It does not contain a 'T' according to ISO8601 format");
        await FailsAsync("--topic cg --by-duration P1", "Text cannot be parsed to a Duration");
        await FailsAsync("--topic cg --to-offset abc", "Cannot parse argument 'abc' of option to-offset");
        await FailsAsync("--topic cg:9 --to-earliest", "The partitions \"cg-9\" do not exist");

        async Task FailsAsync(string how, string message) => Assert.Equal(
            new ToolRun(0, $"\nError: Executing consumer group command failed due to {message}\n", $"ERROR {message}\n"),
            await RunAsync("4.3", ["--reset-offsets", "--group", "ga", "--dry-run", .. how.Split(' ')]));
    }

    [Fact]
    public async Task A_command_line_that_does_not_say_what_to_reset_is_refused()
    {
        await RefusesAsync("--group ga --to-earliest", "One of the reset scopes should be defined: --all-topics, --topic.");
        await RefusesAsync(
            "--group ga --topic cg",
            "Option '[reset-offsets]' requires one of the following scenarios: [[to-offset], [to-current], [to-datetime], [from-file], [by-duration], "
            + "[to-earliest], [to-latest], [shift-by]]");
        await RefusesAsync("--group newg --topic cg:0 --shift-by 1", "Cannot shift offset for partition cg-0 since there is no current committed offset");
        await RefusesAsync("--group ga --topic cg:x --to-latest", "Invalid partition 'x' specified in topic arg 'cg:x''");

        async Task RefusesAsync(string how, string message)
        {
            var run = await RunAsync("3.9", ["--reset-offsets", "--dry-run", .. how.Split(' ')]);
            Assert.Equal((1, ""), (run.ExitCode, run.Output));
            Assert.StartsWith(message + "\nOption ", run.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_group_with_members_is_neither_reset_nor_deleted()
    {
        using var member = await MemberAsync();
        await IsAsync(
            "4.3", "\nError: Assignments can only be reset if the group 'gc' is inactive, but the current state is Stable.\n" + ResetHead43,
            "--reset-offsets", "--group", "gc", "--topic", "cg", "--to-earliest", "--execute");
        await IsAsync(
            "4.3",
            "\nError: Deletion of some consumer groups failed:\n"
            + "* Group 'gc' could not be deleted due to: org.apache.kafka.common.errors.GroupNotEmptyException: The group is not empty.\n",
            "--delete", "--group", "gc");
        await IsAsync(
            "4.3",
            "\nError: Encountered some partition-level error, see the follow-up details.\n\nTOPIC           PARTITION  STATUS         \n"
            + "cg              1          Error: org.apache.kafka.common.errors.GroupSubscribedToTopicException: Deleting offsets of a topic is forbidden "
            + "while the consumer group is actively subscribed to it.\n",
            "--delete-offsets", "--group", "gc", "--topic", "cg:1");
    }

    [Fact]
    public async Task Offsets_and_groups_are_deleted()
    {
        await IsAsync(
            "4.3", "Request succeeded for deleting offsets from group ga.\n\nTOPIC           PARTITION  STATUS         \ncg              1          Successful     \n",
            "--delete-offsets", "--group", "ga", "--topic", "cg:1");
        Assert.Equal([new("cg", 0)], (await OffsetsAsync("ga")).Keys);
        await IsAsync(
            "3.9",
            "Request succeed for deleting offsets with topic nope group ga\n\nTOPIC                          PARTITION       STATUS         \n"
            + "nope                           Not Provided    Error: :org.apache.kafka.common.errors.UnknownTopicOrPartitionException: This server does not "
            + "host this topic-partition.\n",
            "--delete-offsets", "--group", "ga", "--topic", "nope");
        await IsAsync(
            "3.9",
            "\nError: 'nope' does not exist.\n\nTOPIC                          PARTITION       STATUS         \n"
            + "cg                             0               Error: :org.apache.kafka.common.errors.GroupIdNotFoundException: The group id does not exist.\n",
            "--delete-offsets", "--group", "nope", "--topic", "cg:0");
        await IsAsync(
            "4.3",
            "\nError: Deletion of some consumer groups failed:\n"
            + "* Group 'nope2' could not be deleted due to: org.apache.kafka.common.errors.GroupIdNotFoundException: The group id does not exist.\n"
            + "\nThese consumer groups were deleted successfully: 'ga'\n",
            "--delete", "--group", "ga", "--group", "nope2");
        await IsAsync("3.9", "", "--list");
        await CommitAsync("gb", OffsetsOfA);
        await IsAsync("3.9", "Deletion of requested consumer groups ('gb') was successful.\n", "--delete", "--all-groups");
    }

    [Fact]
    public async Task A_member_that_is_removed_is_gone()
    {
        using var member = await MemberAsync();
        var group = (await _admin.DescribeGroupsAsync(["gc"], cancellation: Cancellation))[0];

        var results = await _admin.RemoveGroupMembersAsync("gc", group.Members, "it is silent", Cancellation);

        Assert.Equal([(member.MemberId, "inst1", ErrorCode.None)], results.Select(r => (r.MemberId, r.InstanceId, r.Error)));
        Assert.Equal(GroupState.Empty, (await _admin.DescribeGroupsAsync(["gc"], cancellation: Cancellation))[0].State);
    }

    [Fact]
    public async Task A_cluster_that_is_not_there_is_waited_for_as_long_as_the_command_line_says()
    {
        var run = await ToolRun.RunAsync("3.9", null, "consumer-groups", "--bootstrap-server", "127.0.0.1:1", "--list", "--timeout", "200");

        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith(
            "\nError: Executing consumer group command failed due to org.apache.kafka.common.errors.TimeoutException: ", run.Output, StringComparison.Ordinal);
        Assert.Contains("in 200 ms", run.Errors, StringComparison.Ordinal);
    }

    private string Coordinator => $"{_broker.BootstrapServers}  (0)".PadRight(25);

    // First on trial, then in earnest, each in the form of a release.
    private async Task ResetsAsync(string how, params string[] rows)
    {
        string[] arguments = ["--reset-offsets", "--group", "ga", .. how.Split(' ')];
        string table43 = ResetHead43 + string.Concat(rows.Select(r => r.Split(' ')).Select(r => $"{"ga",-15} {r[0],-15} {r[1],-10} {r[2]}\n"));
        string table39 = ResetHead39 + string.Concat(rows.Select(r => r.Split(' ')).Select(r => $"{"ga",-30} {r[0],-30} {r[1],-10} {r[2],-15}\n"));
        await CommitAsync("ga", OffsetsOfA);

        await IsAsync("4.3", table43, [.. arguments, "--dry-run"]);
        Assert.Equal(OffsetsOfA, await OffsetsAsync("ga"));
        await IsAsync("3.9", table39, [.. arguments, "--execute"]);
        var after = await OffsetsAsync("ga");
        Assert.All(rows.Select(r => r.Split(' ')), r => Assert.Equal(r[2], after[new(r[0], int.Parse(r[1], null))].Offset.ToString(null, null)));
    }

    private Task<SilentMember> MemberAsync() => SilentMember.JoinAsync(_broker.BootstrapServers, "gc", "inst1", new("cg", 0), new("cg", 1));

    private async Task CommitAsync(string group, Dictionary<TopicPartition, CommittedOffset> offsets)
    {
        foreach (var result in await _admin.AlterGroupOffsetsAsync(group, offsets, Cancellation))
            result.ThrowIfFailed();
    }

    private async Task<Dictionary<TopicPartition, CommittedOffset>> OffsetsAsync(string group) =>
        (await _admin.ListGroupOffsetsAsync([group], cancellation: Cancellation))[0].Offsets.ToDictionary(o => o.Key, o => new CommittedOffset(o.Value.Offset));

    private async Task IsAsync(string release, string output, params string[] arguments) =>
        Assert.Equal(new ToolRun(0, output, ""), await RunAsync(release, arguments));

    private Task<ToolRun> RunAsync(string release, params string[] arguments) =>
        ToolRun.RunAsync(release, null, ["consumer-groups", "--bootstrap-server", _broker.BootstrapServers, "--timeout", "120000", .. arguments]);
}

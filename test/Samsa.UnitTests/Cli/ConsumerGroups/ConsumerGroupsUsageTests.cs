using Xunit;

namespace Samsa.UnitTests.Cli.ConsumerGroups;

/// <summary>Command lines of kafka-consumer-groups and kafka-groups that are refused before anybody is asked, with Kafka's words for it.</summary>
public sealed class ConsumerGroupsUsageTests
{
    private const string Table = "Option ";

    private const string Warning43 = "WARN: No action will be performed as the --execute option is missing. In version 5.0, this command will require either "
        + "--dry-run or --execute to be specified. You should add the --dry-run option explicitly if you are scripting this command and want to keep the "
        + "current default behavior without prompting.\n";

    private const string Warning39 = "WARN: No action will be performed as the --execute option is missing.In a future major release, the default behavior of "
        + "this command will be to prompt the user before executing the reset rather than doing a dry run. You should add the --dry-run option explicitly if "
        + "you are scripting this command and want to keep the current default behavior without prompting.\n";

    [Theory]
    [InlineData("--describe --group x --members --state", "Option [describe] takes at most one of these options: [members], [offsets], [state]")]
    [InlineData("--describe --group x --state Stable", "Option [describe] does not take a value for [state]")]
    [InlineData("--describe --group x --all-groups", "Option \"[group]\" can't be used with option \"[all-groups]\"")]
    [InlineData("--describe --topic x --group y", "Option \"[topic]\" can't be used with option \"[describe]\"")]
    [InlineData("--list --describe --group x", "Option \"[group]\" can't be used with option \"[list]\"")]
    [InlineData("--list --topic x", "Option \"[topic]\" can't be used with option \"[list]\"")]
    [InlineData("--delete", "Option [delete] takes one of these options: [all-groups], [group]")]
    [InlineData("--delete --group x --topic y", "The consumer does not support topic-specific offset deletion from a consumer group.")]
    [InlineData("--reset-offsets --group x --topic y --to-earliest --to-latest --dry-run", "Option \"[to-earliest]\" can't be used with option \"[to-latest]\"")]
    [InlineData("--reset-offsets --group x --topic y --dry-run --execute", "Option [reset-offsets] only accepts one of [execute] and [dry-run]")]
    public async Task A_mistake_is_told_in_the_words_of_both_releases(string arguments, string message)
    {
        await RefusedAsync("3.9", arguments, message);
        await RefusedAsync("4.3", arguments, message);
    }

    [Theory]
    [InlineData("3.9", "--describe", "Option [describe] takes one of these options: [reset-offsets], [describe], [delete], [list]")]
    [InlineData("4.3", "--describe", "Option [describe] takes one of these options: [group], [all-groups]")]
    [InlineData("3.9", "--delete-offsets --group x", "Option [delete-offsets] takes the following options: [all-groups], [group]")]
    [InlineData("4.3", "--delete-offsets --group x", "Option [delete-offsets] takes the following options: [topic], [group]")]
    [InlineData("3.9", "", "Command must include exactly one action: --list, --describe, --delete, --reset-offsets, --delete-offsets")]
    [InlineData("4.3", "", "Command must include exactly one action: --list, --describe, --delete, --reset-offsets, --delete-offsets, --validate-regex")]
    public async Task A_mistake_is_told_in_the_words_of_the_release(string release, string arguments, string message) =>
        await RefusedAsync(release, arguments, message);

    [Fact]
    public async Task A_reset_without_execute_is_warned_of_first()
    {
        await RefusedAsync("3.9", "--reset-offsets --to-earliest", Warning39 + "Option [reset-offsets] takes one of these options: [all-groups], [group]");
        await RefusedAsync("4.3", "--reset-offsets --to-earliest", Warning43 + "Option [reset-offsets] takes one of these options: [all-groups], [group]");
    }

    [Fact]
    public async Task Where_the_cluster_is_must_be_said()
    {
        var run = await ToolRun.RunAsync("3.9", "consumer-groups", "--list");

        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("Missing required argument \"[bootstrap-server]\"\n" + Table, run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--nosuch", "nosuch is not a recognized option\n")]
    [InlineData("--describe --group", "Option group requires an argument\n")]
    public async Task A_mistake_for_which_Kafka_prints_a_stack_trace_is_one_line(string arguments, string message) =>
        Assert.Equal(new ToolRun(1, "", message), await RunAsync("4.3", "consumer-groups", arguments));

    [Theory]
    [InlineData("a.*", "The regular expression `a.*` is valid.\n")]
    [InlineData("(", "The regular expression `(` is invalid: ")]
    [InlineData("(a)\\1", "The regular expression `(a)\\1` is invalid: ")]
    public async Task A_regular_expression_is_judged_without_a_cluster(string pattern, string answer)
    {
        var run = await ToolRun.RunAsync("4.3", "consumer-groups", "--bootstrap-server", "127.0.0.1:1", "--validate-regex", pattern);

        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.StartsWith(answer, run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "Command must include exactly one action: --list.")]
    [InlineData("--list --consumer --share", "Option \"[consumer]\" can't be used with option \"[share]\"")]
    [InlineData("--list --consumer --group-type classic", "Option \"[consumer]\" can't be used with option \"[group-type]\"")]
    [InlineData("--list --share --protocol consumer", "Option \"[share]\" can't be used with option \"[protocol]\"")]
    public async Task Mistakes_of_kafka_groups(string arguments, string message)
    {
        var run = await RunAsync("4.3", "groups", arguments);

        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.StartsWith(message + "\n" + Table, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_type_of_groups_that_there_is_not_is_refused() => Assert.Equal(
        new ToolRun(1, "", "--group-type must be a valid group type.\n"), await RunAsync("4.3", "groups", "--list --group-type nosuch"));

    private static async Task RefusedAsync(string release, string arguments, string message)
    {
        var run = await RunAsync(release, "consumer-groups", arguments);

        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.StartsWith(message + "\n" + Table, run.Errors, StringComparison.Ordinal);
    }

    private static Task<ToolRun> RunAsync(string release, string tool, string arguments) => ToolRun.RunAsync(
        release, [tool, "--bootstrap-server", "127.0.0.1:1", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
}

using Samsa.Cli;
using Samsa.UnitTests.Architecture;
using Xunit;

namespace Samsa.UnitTests.Cli;

public sealed class CommandLineTests
{
    [Fact]
    public async Task The_overview_names_every_command()
    {
        var run = await ToolRun.RunAsync(null, "--help");

        Assert.Equal(0, run.ExitCode);
        Assert.All(CommandTable.All, c => Assert.Contains($"  {c.Name} ", run.Output, StringComparison.Ordinal));
        Assert.Empty(run.Errors);
    }

    [Fact]
    public async Task A_wrong_command_is_one_line_that_names_the_nearest()
    {
        var run = await ToolRun.RunAsync(null, "dumplog", "--files", "x");

        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Equal("samsa: there is no command 'dumplog'; did you mean 'dump-log'?; see 'samsa --help'\n", run.Errors);
    }

    [Theory]
    [InlineData("dump-log", "--help")]
    [InlineData("help", "dump-log")]
    public async Task Help_of_a_tool_goes_to_standard_error_and_ends_with_1_as_in_Kafka(params string[] arguments)
    {
        var run = await ToolRun.RunAsync(null, arguments);

        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Contains("\nOption                               Description                                \n", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_tool_has_Kafkas_names_in_bin()
    {
        // The servers and ZooKeeper's shell have names of their own; Kafka has no top.
        string[] others = ["kafka-server-start", "kafka-server-stop", "zookeeper-server-start", "zookeeper-server-stop", "zookeeper-shell", "zkServer", "zkCli"];
        string[] without = ["server", "top", "zkcli", "zookeeper-server", "zookeeper-shell"];
        var names = CommandTable.All.Select(c => c.Name).Except(without).Select(n => $"kafka-{n}").Concat(others).SelectMany(n => new[] { n, n + ".sh" });

        Assert.All(names, name => Assert.Equal("samsa-tool", new FileInfo(Repository.PathOf("bin/" + name)).LinkTarget));
    }

    [Theory]
    [InlineData(null, "3.9.2 (Samsa ")]
    [InlineData("3.9", "3.9.2 (Samsa ")]
    [InlineData("4.3", "4.3.1 (Samsa ")]
    public async Task The_version_of_a_tool_starts_with_the_release_that_it_follows(string? like, string start)
    {
        var run = await ToolRun.RunAsync(like, "dump-log", "--version");

        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.StartsWith(start, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_release_that_no_tool_follows_is_one_line()
    {
        var run = await ToolRun.RunAsync("2.8", "dump-log", "--version");

        Assert.Equal((1, "", "SAMSA_TOOLS_LIKE is '2.8'; it may be 3.9 or 4.3\n"), (run.ExitCode, run.Output, run.Errors));
    }
}

using Samsa.Cli.Tools.ConsumerGroups;
using Samsa.Client.Consumer;
using Samsa.Protocol;
using Xunit;

namespace Samsa.UnitTests.Cli.ConsumerGroups;

/// <summary>Files of offsets, as <c>--export</c> writes and <c>--from-file</c> reads them.</summary>
public sealed class ResetPlanTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Lines_without_a_group_are_those_of_the_only_one()
    {
        var plan = Read("cg,0,2\ncg,1,0\r\n\n", "ga");

        Assert.Equal(new() { [new("cg", 0)] = 2, [new("cg", 1)] = 0 }, plan.Of("ga").ToDictionary());
    }

    [Fact]
    public void Lines_with_groups_are_taken_apart()
    {
        var plan = Read("gb,cg,0,2\nga,cg2,0,77\n", "ga", "gb");

        Assert.Equal(new() { [new("cg2", 0)] = 77 }, plan.Of("ga").ToDictionary());
        Assert.Equal(new() { [new("cg", 0)] = 2 }, plan.Of("gb").ToDictionary());
        Assert.Empty(plan.Of("gc"));
        Assert.Equal(new() { [new("cg2", 0)] = 77 }, Read("gb,cg,0,2\nga,cg2,0,77\n", "ga").Of("ga").ToDictionary());
    }

    [Theory]
    [InlineData("cg,0,1\ncg,0\n", 2)]
    [InlineData("cg,zero,1\n", 1)]
    [InlineData("cg,0,1,2,3\n", 1)]
    [InlineData("cg,0,\n", 1)]
    public void A_line_that_is_not_understood_is_named_and_nothing_is_guessed(string text, int line)
    {
        var failure = Assert.Throws<GroupCommandException>(() => Read(text, "ga"));

        Assert.StartsWith($"line {line} of {_file} is neither", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_without_a_group_are_refused_for_several() => Assert.Throws<GroupCommandException>(() => Read("cg,0,1\n", "ga", "gb"));

    [Fact]
    public void A_file_that_is_not_there_is_told_in_Kafkas_words()
    {
        string missing = _file + "-missing";

        var failure = Assert.Throws<GroupCommandException>(() => ResetPlan.Read(missing, ["ga"]));

        Assert.Equal($"java.io.IOException: Unable to read file {missing}", failure.Message);
    }

    [Fact]
    public void What_is_written_is_read_again()
    {
        IReadOnlyList<(TopicPartition, CommittedOffset)> offsets = [(new("cg", 1), new CommittedOffset(7)), (new("cg", 0), new CommittedOffset(8))];

        Assert.Equal("cg,1,7\ncg,0,8\n", ResetPlan.Format([("ga", offsets)], withGroups: false));
        string text = ResetPlan.Format([("a,\"b\"", offsets), ("ga", offsets)], withGroups: true);
        Assert.Equal("\"a,\"\"b\"\"\",cg,1,7\n\"a,\"\"b\"\"\",cg,0,8\nga,cg,1,7\nga,cg,0,8\n", text);
        Assert.Equal(7, Read(text, "a,\"b\"", "ga").Of("a,\"b\"")[new("cg", 1)]);
    }

    private ResetPlan Read(string text, params string[] groups)
    {
        File.WriteAllText(_file, text);
        return ResetPlan.Read(_file, groups);
    }
}

using Xunit;

namespace Samsa.InteropTests.Differential;

/// <summary>The comparison itself: it sees every line that no row explains, and every row that explains nothing.</summary>
public sealed class ToolComparisonTests
{
    private static readonly ToolDifference Words = new("words", null, "chapter", "call") { Samsa = " of ours", Kafka = " of theirs" };
    private static readonly ToolDifference Keys = new("keys", null, "chapter", "call") { Samsa = "^(?<key>[a-z]+)=.*$", Kafka = "^(?<key>[a-z]+)=.*$", OnlyAbsent = true };

    [Fact]
    public void A_line_that_no_row_explains_is_told()
    {
        var comparison = new ToolComparison([Words], ["exit code 0", "words of ours", "more"], ["exit code 0", "words of theirs", "other"]);

        Assert.False(comparison.IsSame);
        Assert.Equal("  Samsa: more\n  Kafka: other\n", comparison.Tell());
    }

    [Fact]
    public void A_line_that_only_one_side_has_is_told()
    {
        Assert.Equal("  Kafka: b\n", new ToolComparison([], ["a", "c"], ["a", "b", "c"]).Tell());
        Assert.Equal("  Samsa: b\n", new ToolComparison([], ["a", "b"], ["a"]).Tell());
    }

    [Fact]
    public void A_row_is_needed_only_where_it_makes_both_the_same()
    {
        Assert.Equal([Words], new ToolComparison([Words, Keys], ["x of ours"], ["x of theirs"]).Needed);
        Assert.Empty(new ToolComparison([Words, Keys], ["x", "a=1"], ["x", "a=1"]).Needed);
    }

    [Fact]
    public void A_row_about_keys_explains_only_those_that_the_other_side_lacks()
    {
        var absent = new ToolComparison([Keys], ["a=1", "b=1"], ["b=1", "c=1"]);
        var other = new ToolComparison([Keys], ["a=1"], ["a=2"]);

        Assert.True(absent.IsSame);
        Assert.Equal([Keys], absent.Needed);
        Assert.Equal("  Samsa: a=1\n  Kafka: a=2\n", other.Tell());
    }

    [Fact]
    public void A_row_is_about_its_version_chapter_and_call()
    {
        var row = new ToolDifference("name", "3.9", "topics", "create|list");

        Assert.True(row.IsAbout("3.9", "topics", "list"));
        Assert.False(row.IsAbout("4.3", "topics", "list"));
        Assert.False(row.IsAbout("3.9", "configs", "list"));
        Assert.False(row.IsAbout("3.9", "topics", "list some"));
    }
}

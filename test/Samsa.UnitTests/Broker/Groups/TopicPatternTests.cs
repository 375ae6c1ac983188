using Samsa.Broker.Groups.Consumers;
using Xunit;

namespace Samsa.UnitTests.Broker.Groups;

/// <summary>Regular expressions in the language of RE2, on .NET's engine without backtracking.</summary>
public sealed class TopicPatternTests
{
    [Theory]
    [InlineData("orders", "orders", true)]
    [InlineData("orders", "orders-eu", false)]
    [InlineData("orders.*", "orders-eu", true)]
    [InlineData("(a|b)+", "abba", true)]
    [InlineData("a|ab", "ab", true)]
    [InlineData("^a$", "a", true)]
    [InlineData("(?i)ORDERS", "orders", true)]
    [InlineData("(?P<name>a)b", "ab", true)]
    [InlineData("(?:a)b", "ab", true)]
    [InlineData("[[:alpha:]]+", "abc", true)]
    [InlineData("[[:alpha:]]+", "ab1", false)]
    [InlineData("[^[:digit:]x]", "a", true)]
    [InlineData("[a-z-[aeiou]+", "b-[a", true)]
    [InlineData("\\Qa.b\\E.*", "a.bc", true)]
    [InlineData("\\Qa.b\\E", "axb", false)]
    [InlineData("\\pLx", "ax", true)]
    [InlineData("\\x{61}b", "ab", true)]
    [InlineData("a\\z", "a", true)]
    public void Pattern_matches_the_whole_name(string pattern, string topic, bool expected)
    {
        Assert.Null(TopicPattern.ErrorOf(pattern));
        Assert.Equal(expected, TopicPattern.Matches(pattern, [topic]).Count == 1);
    }

    [Theory]
    [InlineData("(")]
    [InlineData("[")]
    [InlineData("*")]
    [InlineData("(?=a)")]
    [InlineData("(?<=a)b")]
    [InlineData("(a)\\1")]
    [InlineData("(?>a)")]
    [InlineData("[[:nope:]]")]
    [InlineData("\\")]
    [InlineData("(?#c)a")]
    [InlineData("a{2,1}")]
    public void What_RE2_does_not_know_is_refused(string pattern)
    {
        Assert.NotNull(TopicPattern.ErrorOf(pattern));
        Assert.Empty(TopicPattern.Matches(pattern, ["a"]));
    }

    [Fact]
    public void Long_patterns_are_refused() => Assert.NotNull(TopicPattern.ErrorOf(new string('a', 5000)));

    [Fact]
    public void Pattern_that_would_keep_a_backtracking_engine_busy_for_ever_is_quick() =>
        Assert.Empty(TopicPattern.Matches("(a+)+b", [new string('a', 249)]));
}

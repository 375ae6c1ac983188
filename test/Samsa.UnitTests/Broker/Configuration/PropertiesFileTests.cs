using Samsa.Broker.Configuration;
using Xunit;

namespace Samsa.UnitTests.Broker.Configuration;

public sealed class PropertiesFileTests
{
    [Theory]
    [InlineData("a=b", "a", "b")]
    [InlineData("a:b", "a", "b")]
    [InlineData("a b", "a", "b")]
    [InlineData("a\tb", "a", "b")]
    [InlineData("  a  =  b  ", "a", "b  ")]
    [InlineData("a = : b", "a", ": b")]
    [InlineData("a", "a", "")]
    [InlineData("a=", "a", "")]
    [InlineData("a\\ b=c", "a b", "c")]
    [InlineData("a\\=b=c", "a=b", "c")]
    [InlineData("a\\:b:c", "a:b", "c")]
    [InlineData("a=x\\ty\\nz\\\\", "a", "x\ty\nz\\")]
    [InlineData("a=\\u0041\\u00e9", "a", "A\u00e9")]
    [InlineData("a=\\q", "a", "q")]
    [InlineData("a=b\r", "a", "b")]
    [InlineData("a=one,\\\n    two", "a", "one,two")]
    [InlineData("a=one\\\\\nb=c", "a", "one\\")]
    [InlineData("a=one\\", "a", "one")]
    [InlineData("a=1\na=2", "a", "2")]
    [InlineData("# x=y\n! z=w\n\n   # more\na=b#c", "a", "b#c")]
    public void A_line_gives_key_and_value(string text, string key, string value) =>
        Assert.Equal(value, PropertiesFile.Parse(text)[key]);

    [Fact]
    public void Comments_and_blank_lines_give_nothing() => Assert.Empty(PropertiesFile.Parse("# a=b\n\n  ! c=d\n \t\n"));

    [Fact]
    public void A_comment_ends_with_its_line_also_behind_a_backslash() =>
        Assert.Equal(["b"], PropertiesFile.Parse("# a \\\nb=c").Keys);

    [Fact]
    public void A_broken_unicode_escape_names_its_line()
    {
        var wrong = Assert.Throws<ConfigException>(() => PropertiesFile.Parse("a=b\nc=\\u00g1"));

        Assert.Equal("line 2: \\u must be followed by four hexadecimal digits", wrong.Message);
    }

    [Fact]
    public void An_override_replaces_what_the_file_says()
    {
        var properties = PropertiesFile.Parse("listeners=PLAINTEXT://:9092");

        PropertiesFile.ApplyOverride(properties, "listeners=PLAINTEXT://h:1?x=y");

        Assert.Equal("PLAINTEXT://h:1?x=y", properties["listeners"]);
    }

    [Theory]
    [InlineData("listeners")]
    [InlineData("=x")]
    public void An_override_without_key_or_value_is_refused(string text)
    {
        var wrong = Assert.Throws<ConfigException>(() => PropertiesFile.ApplyOverride(new Dictionary<string, string>(), text));

        Assert.Equal($"--override {text}: expected key=value", wrong.Message);
    }
}

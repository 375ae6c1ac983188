using Samsa.Cli.Tools.Options;
using Xunit;

namespace Samsa.UnitTests.Cli.Options;

/// <summary>The rules were measured on Apache Kafka's tools of 3.9.2.</summary>
public sealed class OptionParserTests
{
    private readonly OptionSet _options = new();
    private readonly Option _list;
    private readonly Option _verbose;
    private readonly Option _quiet;
    private readonly Option<string> _topic;
    private readonly Option<int> _partitions;
    private readonly Option<string> _codec;
    private readonly Option<string> _server;

    public OptionParserTests()
    {
        _list = _options.Flag("list", "");
        _verbose = _options.Flag("v", "");
        _quiet = _options.Flag("q", "");
        _topic = _options.Text("topic", "", "");
        _partitions = _options.Integer("partitions", "", "", 3);
        _codec = _options.Text("codec", "", "", "gzip", OptionArgument.Optional);
        _server = _options.Text("s,server", "", "");
    }

    [Theory]
    [InlineData("--topic", "a")]
    [InlineData("--topic=a")]
    [InlineData("-topic", "a")]
    [InlineData("-topic=a")]
    public void An_argument_follows_or_is_assigned_after_one_dash_or_two(params string[] arguments) =>
        Assert.Equal("a", Parse(arguments).Value(_topic));

    [Fact]
    public void An_argument_may_look_like_an_option_where_one_is_due()
    {
        var parsed = Parse("--topic", "--list");

        Assert.Equal("--list", parsed.Value(_topic));
        Assert.False(parsed.Has(_list));
    }

    [Fact]
    public void An_assigned_argument_keeps_its_other_equal_signs_and_may_be_empty()
    {
        Assert.Equal("a=b", Parse("--topic=a=b").Value(_topic));
        Assert.Equal("", Parse("--topic=").Value(_topic));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("gzip", "--codec")]
    [InlineData("gzip", "--codec", "--list")]
    [InlineData("zstd", "--codec", "zstd")]
    [InlineData("zstd", "--codec=zstd", "--list")]
    public void An_optional_argument_is_taken_unless_it_looks_like_an_option(string expected, params string[] arguments)
    {
        var parsed = Parse(arguments);

        Assert.Equal(expected, parsed.Value(_codec));
        Assert.Equal(arguments.Length > 0, parsed.Has(_codec));
        Assert.Equal(arguments.Contains("--list"), parsed.Has(_list));
    }

    [Fact]
    public void A_switch_ignores_what_is_assigned_to_it() => Assert.True(Parse("--list=no").Has(_list));

    [Fact]
    public void One_letter_switches_cluster_and_the_last_may_take_the_rest()
    {
        var parsed = Parse("-vqshost:1");

        Assert.True(parsed.Has(_verbose));
        Assert.True(parsed.Has(_quiet));
        Assert.Equal("host:1", parsed.Value(_server));
    }

    [Fact]
    public void What_is_left_over_is_kept_and_two_dashes_end_the_options()
    {
        var parsed = Parse("one", "--list", "-", "--", "--topic", "x");

        Assert.Equal(["one", "-", "--topic", "x"], parsed.Others);
        Assert.False(parsed.Has(_topic));
    }

    [Fact]
    public void A_repeated_option_has_several_values_and_no_single_one()
    {
        var parsed = Parse("--topic", "a", "--topic=b");

        Assert.Equal(["a", "b"], parsed.Values(_topic));
        Fails("Found multiple arguments for option topic, but you asked for only one", () => parsed.Value(_topic));
    }

    [Fact]
    public void Defaults_hold_where_nothing_is_said()
    {
        var parsed = Parse();

        Assert.Equal(3, parsed.Value(_partitions));
        Assert.Equal([3], parsed.Values(_partitions));
        Assert.Null(parsed.Value(_topic));
        Assert.Empty(parsed.Values(_topic));
    }

    [Theory]
    [InlineData("nope is not a recognized option", "--nope")]
    [InlineData("nope is not a recognized option", "--nope=x")]
    [InlineData("top is not a recognized option", "--top", "a")]
    [InlineData("x is not a recognized option", "-x")]
    [InlineData("x is not a recognized option", "-vx")]
    [InlineData(" is not a recognized option", "--=x")]
    [InlineData("Option topic requires an argument", "--list", "--topic")]
    [InlineData("Option s/server requires an argument", "--server")]
    public void A_mistake_has_Kafkas_words(string message, params string[] arguments) => Fails(message, () => Parse(arguments));

    [Theory]
    [InlineData("x")]
    [InlineData("")]
    [InlineData(" 1")]
    [InlineData("2147483648")]
    public void A_number_that_is_none_is_told_when_it_is_asked_for(string text)
    {
        var parsed = Parse("--partitions", text);

        Fails($"Cannot parse argument '{text}' of option partitions", () => parsed.Value(_partitions));
    }

    [Fact]
    public void Every_option_that_is_missing_is_named()
    {
        var options = new OptionSet();
        options.Text("b,bootstrap", "", "", required: true);
        options.Text("topic", "", "", required: true);

        Fails("Missing required option(s) [b/bootstrap, topic]", () => OptionParser.Parse(options, []));
    }

    private static void Fails(string message, Func<object?> parse) => Assert.Equal(message, Assert.Throws<OptionException>(parse).Message);

    private ParsedOptions Parse(params string[] arguments) => OptionParser.Parse(_options, arguments);
}

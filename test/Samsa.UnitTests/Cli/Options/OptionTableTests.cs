using Samsa.Cli.Tools;
using Samsa.Cli.Tools.Options;
using Xunit;

namespace Samsa.UnitTests.Cli.Options;

public sealed class OptionTableTests
{
    [Fact]
    public void Options_are_sorted_wrapped_at_80_columns_and_filled_up()
    {
        var options = new OptionSet();
        options.Flag("zeta", "The last one.");
        options.Integer("max-bytes", "size", "How many bytes are read at most, which may take a while.", 7);
        options.Text("compression-codec-of-all", "name of the codec to use", "Which codec.", "gzip", OptionArgument.Optional);
        options.Text("b,broker", "", "Where.");

        Assert.Equal(
            [
                "Option                               Description                           |",
                "------                               -----------                           |",
                "-b, --broker <String>                Where.                                |",
                "--compression-codec-of-all [String:  Which codec. (default: gzip)          |",
                "  name of the codec to use]                                                |",
                "--max-bytes <Integer: size>          How many bytes are read at most, which|",
                "                                       may take a while. (default: 7)      |",
                "--zeta                               The last one.                         |",
            ],
            Lines(OptionTable.Format(options, KafkaRelease.V39)));
    }

    [Fact]
    public void Required_options_have_a_star()
    {
        var options = new OptionSet();
        options.Text("topic", "name", "What.", required: true);

        Assert.Equal(
            [
                "Option (* = required)     Description|",
                "---------------------     -----------|",
                "* --topic <String: name>  What.      |",
            ],
            Lines(OptionTable.Format(options, KafkaRelease.V39)));
    }

    [Fact]
    public void An_option_is_shown_for_the_releases_that_have_it()
    {
        var options = new OptionSet();
        options.Flag("old", "", until: KafkaRelease.V39);
        options.Flag("new", "", since: KafkaRelease.V43);

        Assert.Contains("--old", OptionTable.Format(options, KafkaRelease.V39), StringComparison.Ordinal);
        Assert.DoesNotContain("--new", OptionTable.Format(options, KafkaRelease.V39), StringComparison.Ordinal);
        Assert.DoesNotContain("--old", OptionTable.Format(options, KafkaRelease.V43), StringComparison.Ordinal);
        Assert.Contains("--new", OptionTable.Format(options, KafkaRelease.V43), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("one two  three", "one |two  |three")]
    [InlineData("print-data-log", "print-|data-|log")]
    [InlineData("topic4:5-,topic5:-3", "topic4:|5-,|topic5:-3")]
    [InlineData("0-3", "0-3")]
    [InlineData("HOST1:PORT1,HOST2:PORT2.", "HOST1:|PORT1,|HOST2:|PORT2.")]
    [InlineData("server(s)", "server|(s)")]
    [InlineData("org.apache.kafka 3.9.2", "org.|apache.|kafka |3.9.2")]
    [InlineData("'gzip', it's", "'gzip', |it's")]
    [InlineData("a/b$c", "a/b$c")]
    [InlineData("<a> --describe' --", "<a> |--|describe' |--")]
    public void Lines_break_where_Kafkas_break(string text, string pieces)
    {
        List<string> found = [];
        for (int start = 0, end; start < text.Length; start = end)
        {
            end = LineBreaks.EndOfPiece(text, start);
            found.Add(text[start..end]);
        }

        Assert.Equal(pieces.Split('|'), found);
    }

    private static string[] Lines(string table) => [.. table.TrimEnd('\n').Split('\n').Select(line => line + "|")];
}

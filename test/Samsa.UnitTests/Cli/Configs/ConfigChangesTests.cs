using Samsa.Cli.Tools;
using Samsa.Cli.Tools.Configs;
using Xunit;

namespace Samsa.UnitTests.Cli.Configs;

public sealed class ConfigChangesTests
{
    [Theory]
    [InlineData("a=1", "a=1")]
    [InlineData("a=1,b=2", "a=1 b=2")]
    [InlineData(" a = 1 , b=2,", "a=1 b=2")]
    [InlineData("a=[1,2],b=[x=y,z]", "a=1,2 b=x=y,z")]
    [InlineData("a=", "a=")]
    [InlineData("a=1,a=2", "a=2")]
    public void Pairs_are_separated_by_commas_outside_of_brackets(string text, string expected)
    {
        var changes = new Dictionary<string, string>();
        ConfigChanges.AddPairs(text, changes, KafkaRelease.V39);

        Assert.Equal(expected, string.Join(' ', changes.Select(c => $"{c.Key}={c.Value}")));
    }

    [Theory]
    [InlineData("retention.ms")]
    [InlineData("a=b=c")]
    [InlineData("a=1,b")]
    public void Anything_else_is_refused_in_the_words_of_the_release(string text)
    {
        const string Message = "requirement failed: Invalid entity config: all configs to be added must be in the format \"key=val\"";
        Assert.Equal(Message + ".", Assert.Throws<ToolException>(() => ConfigChanges.AddPairs(text, [], KafkaRelease.V39)).Message);
        Assert.Equal(
            Message + " or  \"key=[val1,val2]\" to group values which contain commas.",
            Assert.Throws<ToolException>(() => ConfigChanges.AddPairs(text, [], KafkaRelease.V43)).Message);
    }

    [Fact]
    public void A_key_has_the_letters_of_a_key()
    {
        Assert.Equal("Invalid character found for config key: a b", Assert.Throws<ToolException>(() => ConfigChanges.AddPairs("a b=c", [], KafkaRelease.V39)).Message);
        Assert.Throws<ToolException>(() => ConfigChanges.Deleted(["a$b"], KafkaRelease.V39));
        Assert.Equal(["a$b", "c", "d"], ConfigChanges.Deleted(["a$b, c", "d"], KafkaRelease.V43));
    }
}

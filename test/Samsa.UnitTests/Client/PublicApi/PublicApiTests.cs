using Samsa.Client.Producer;
using Samsa.UnitTests.Architecture;
using Xunit;

namespace Samsa.UnitTests.Client.PublicApi;

/// <summary>What Samsa.Client offers is a promise: a change of it is seen, and decided on.</summary>
public sealed class PublicApiTests
{
    private const string Accept = "SAMSA_ACCEPT_API";
    private const string Page = "test/Samsa.UnitTests/Client/PublicApi/Samsa.Client.txt";

    [Fact]
    public void The_public_api_changes_only_on_purpose()
    {
        var now = ApiText.Of(typeof(KafkaProducer).Assembly);
        var path = Repository.PathOf(Page);
        if (Environment.GetEnvironmentVariable(Accept) == "1")
        {
            File.WriteAllText(path, now);
        }

        var before = File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : "";
        var (gone, come) = Differences(before, now);

        Assert.True(
            before == now,
            $"The public API of Samsa.Client is not what {Page} says.\n{gone}{come}"
            + "A line that is gone breaks programs that use it. If the change is meant, say so in CHANGELOG.md and write the page anew:\n"
            + $"    {Accept}=1 ./test.sh unit -- -class '{typeof(PublicApiTests).FullName}'");
    }

    private static (string Gone, string Come) Differences(string before, string now)
    {
        var (old, young) = (Lines(before), Lines(now));
        return (Show("gone", old.Except(young)), Show("new", young.Except(old)));
    }

    // Members with the type that they belong to.
    private static List<string> Lines(string text)
    {
        List<string> lines = [];
        var type = "";
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            type = line[0] == ' ' ? type : line;
            lines.Add(line[0] == ' ' ? $"{type.Split(" : ")[0]} {{ {line.Trim()} }}" : line);
        }

        return lines;
    }

    private static string Show(string what, IEnumerable<string> lines) => string.Concat(lines.Select(line => $"{what}: {line}\n"));
}

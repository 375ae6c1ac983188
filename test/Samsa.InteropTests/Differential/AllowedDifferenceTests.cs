using System.Text.RegularExpressions;
using Samsa.InteropTests.Support;
using Samsa.Testing;
using Xunit;

namespace Samsa.InteropTests.Differential;

/// <summary>The comparison itself: it leaves out nothing that is served, and allows nothing that the page does not explain.</summary>
public sealed partial class AllowedDifferenceTests
{
    [Fact]
    public void The_conformance_page_gives_a_reason_for_every_allowed_difference()
    {
        var written = File.ReadLines(Path.Combine(RepositoryPaths.Root, "docs", "conformance.md"))
            .Select(line => Row().Match(line))
            .Where(match => match.Success)
            .Select(match => match.Groups[1].Value)
            .ToList();

        var names = AllowedDifferences.All.Select(row => row.Name).Union(ToolDifferences.All.Select(row => row.Name));
        Assert.Equal(names.Order(StringComparer.Ordinal), written.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_API_that_is_served_is_compared()
    {
        await using var broker = await SamsaBroker.StartAsync();

        Assert.Equal(
            broker.Server!.Broker.Apis.Entries.Select(entry => entry.Key).Order(), AllCases.Lists.Where(list => list.Cases.Count > 0).Select(list => list.Api).Order());
    }

    [Fact]
    public void The_conformance_page_says_what_the_tools_say_whose_requests_are_not_served()
    {
        var written = File.ReadLines(Path.Combine(RepositoryPaths.Root, "docs", "conformance.md"))
            .Select(line => Refusal().Match(line))
            .Where(match => match.Success)
            .SelectMany(match => Tool().Matches(match.Groups[2].Value).Select(tool => $"{tool.Groups[1].Value}: {match.Groups[1].Value}"));
        var refused = new[] { "3.9", "4.3" }
            .SelectMany(ToolScript.Of)
            .SelectMany(chapter => chapter.Calls)
            .Where(call => call.Refused is not null)
            .Select(call => $"{call.Tool}: {call.Refused}")
            .Distinct();

        Assert.Equal(refused.Order(StringComparer.Ordinal), written.Order(StringComparer.Ordinal));
    }

    // What is said in code, the tools that say it, each in code, and a reason.
    [GeneratedRegex(@"^\| `([^`]+)` \| (`kafka-[^|]+) \| [^|]+ \|$")]
    private static partial Regex Refusal();

    [GeneratedRegex("`(kafka-[a-z-]+)[^`]*`")]
    private static partial Regex Tool();

    // A name in code and a reason of some words.
    [GeneratedRegex(@"^\| `([a-z0-9-]+)` \| [^|]+ \| [^|]{20,} \|$")]
    private static partial Regex Row();
}

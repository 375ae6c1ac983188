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

        Assert.Equal(AllowedDifferences.All.Select(row => row.Name).Distinct().Order(StringComparer.Ordinal), written.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_API_that_is_served_is_compared()
    {
        await using var broker = await SamsaBroker.StartAsync();

        Assert.Equal(
            broker.Server!.Broker.Apis.Entries.Select(entry => entry.Key).Order(), AllCases.Lists.Where(list => list.Cases.Count > 0).Select(list => list.Api).Order());
    }

    // A name in code and a reason of some words.
    [GeneratedRegex(@"^\| `([a-z0-9-]+)` \| [^|]+ \| [^|]{20,} \|$")]
    private static partial Regex Row();
}

using System.Globalization;
using System.Text.RegularExpressions;
using Samsa.Testing;
using Xunit;

namespace Samsa.IntegrationTests.Architecture;

public sealed partial class ConformanceTests
{
    [Fact]
    public async Task The_conformance_page_lists_exactly_what_a_broker_serves()
    {
        await using var broker = await SamsaBroker.StartAsync();
        var served = broker.Server!.Broker.Apis.Entries.Select(entry => string.Create(
            CultureInfo.InvariantCulture,
            $"{(short)entry.Key} {entry.Key} {(entry.MinVersion == entry.MaxVersion ? $"{entry.MinVersion}" : $"{entry.MinVersion}-{entry.MaxVersion}")}"));

        var written = File.ReadLines(Path.Combine(Root(), "docs", "conformance.md"))
            .Select(line => Row().Match(line))
            .Where(match => match.Success)
            .Select(match => $"{match.Groups[1].Value} {match.Groups[2].Value} {match.Groups[3].Value}");

        Assert.Equal(served, written);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Samsa.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException($"There is no Samsa.slnx above {AppContext.BaseDirectory}.");
        }

        return folder.FullName;
    }

    [GeneratedRegex(@"^\| (\d+) \| (\w+) \| ([\d-]+) \|")]
    private static partial Regex Row();
}

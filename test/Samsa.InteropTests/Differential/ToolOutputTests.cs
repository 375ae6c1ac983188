using System.Globalization;
using System.Text;
using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.Differential;

/// <summary>Apache Kafka's own tools print the same, line by line, and end with the same code against both brokers.</summary>
public abstract class ToolOutputTests(DifferentialPair pair)
{
    /// <summary>As often Apache Kafka is asked again before something that it says counts as its answer.</summary>
    private const int Patience = 4;

    public static TheoryData<string> Chapters => [.. ToolScript.Chapters];

    [Theory]
    [MemberData(nameof(Chapters))]
    public async Task Tools_print_the_same_against_Samsa_as_against_Apache_Kafka(string chapter)
    {
        Assert.SkipUnless(chapter.Contains(DifferentialTests.Only, StringComparison.Ordinal), "SAMSA_DIFFERENTIAL_CASE names another one.");
        _ = Tools.ApacheKafka(pair.Version);
        var calls = ToolScript.Calls(pair.Version, chapter);
        Assert.SkipWhen(calls.Count == 0, $"Only with SAMSA_INTEROP_ALL_TOOLS=1 are there calls for {chapter} of {pair.Version}.");
        var (samsa, kafka) = await pair.SidesAsync();
        var rows = ToolDifferences.All.Where(row => calls.Exists(call => row.IsAbout(pair.Version, chapter, call.Name))).ToList();
        var needed = new HashSet<ToolDifference>();
        var failures = new StringBuilder();
        foreach (var call in calls)
        {
            if (call.Refused is not null)
            {
                var result = await RunAsync(call, samsa);
                if (!(result.Text + result.Errors).Contains(call.Refused, StringComparison.Ordinal))
                    failures.Append(CultureInfo.InvariantCulture, $"\n{call.Name}: nothing of \"{call.Refused}\" in {result.Describe()}");
                continue;
            }

            var about = rows.Where(row => row.IsAbout(pair.Version, chapter, call.Name)).ToList();
            var (ours, theirs) = await RunAsync(call, about, samsa, kafka);
            var comparison = new ToolComparison(about, ours, theirs);
            needed.UnionWith(comparison.Needed);
            var fails = call.Fails || (call.FailsIn39 && pair.Version == "3.9");
            if (fails == (theirs[0] == ToolOutput.Success))
                failures.Append(CultureInfo.InvariantCulture, $"\n{call.Name}: Apache Kafka's answer is another than the script says:\n{string.Join('\n', theirs)}");
            if (!comparison.IsSame)
                failures.Append(CultureInfo.InvariantCulture, $"\n{call.Name}: {call.Tool} {string.Join(' ', call.Arguments)}\n{comparison.Tell()}");
        }

        Assert.True(failures.Length == 0, failures.ToString());
        Assert.Empty(rows.Except(needed).Select(row => $"{row.Name} ({row.Chapter}, {row.Call}) explains nothing any more"));
    }

    private async Task<(List<string> Samsa, List<string> Kafka)> RunAsync(ToolCall call, List<ToolDifference> rows, Side samsa, Side kafka)
    {
        var results = await Task.WhenAll(RunAsync(call, samsa), RunAsync(call, kafka));
        var (ours, theirs) = (ToolOutput.Lines(call, results[0], samsa), ToolOutput.Lines(call, results[1], kafka));
        for (var asked = 1; asked < Patience && call.OnlyReads && !new ToolComparison(rows, ours, theirs).IsSame; asked++)
            theirs = ToolOutput.Lines(call, await RunAsync(call, kafka), kafka);
        return (ours, theirs);
    }

    private async Task<ChildResult> RunAsync(ToolCall call, Side side)
    {
        using var directory = new TemporaryDirectory();
        var file = directory.File("input");
        if (call.File is not null)
            await File.WriteAllTextAsync(file, call.File);
        var input = call.Input is null ? null : Encoding.UTF8.GetBytes(call.Input);
        return await ApacheTool.RunAsync(pair.Version, call.Tool, call.ArgumentsFor(side, file), input);
    }
}

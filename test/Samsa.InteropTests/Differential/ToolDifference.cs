using System.Text.RegularExpressions;

namespace Samsa.InteropTests.Differential;

/// <summary>
/// Text that is meant to differ: it is cut out of what the tools printed, and a line of which nothing is left is left out. A row of the
/// table in docs/conformance.md gives the reason. One that no difference needs any more fails the test of its chapter.
/// </summary>
/// <param name="Name">Names the row on the page.</param>
/// <param name="Peer">"3.9", "4.3", or null for both.</param>
/// <param name="Chapter">The name of the chapter.</param>
/// <param name="Call">Matches the whole name of the call.</param>
internal sealed record ToolDifference(string Name, string? Peer, string Chapter, string Call)
{
    private readonly Regex _call = new($"^(?:{Call})$");

    /// <summary>Matches what is cut out at Samsa, null for nothing.</summary>
    public string? Samsa { get; init; }

    /// <summary>Matches what is cut out at Apache Kafka, null for nothing.</summary>
    public string? Kafka { get; init; }

    /// <summary>True when only lines are meant whose key, the pattern's group of this name, the other side does not have.</summary>
    public bool OnlyAbsent { get; init; }

    public bool IsAbout(string peer, string chapter, string call) => (Peer is null || Peer == peer) && Chapter == chapter && _call.IsMatch(call);

    public (List<string> Samsa, List<string> Kafka) Cut(List<string> samsa, List<string> kafka) => (Cut(samsa, Samsa, kafka), Cut(kafka, Kafka, samsa));

    private List<string> Cut(List<string> lines, string? pattern, List<string> others)
    {
        if (pattern is null)
            return lines;
        var regex = new Regex(pattern);
        var keys = OnlyAbsent ? others.Select(line => regex.Match(line).Groups["key"].Value).ToHashSet(StringComparer.Ordinal) : [];
        return [.. lines
            .Select(line => (Line: line, Left: regex.Replace(line, match => keys.Contains(match.Groups["key"].Value) ? match.Value : "")))
            .Where(pair => pair.Left.Length > 0 || pair.Line.Length == 0)
            .Select(pair => pair.Left)];
    }
}

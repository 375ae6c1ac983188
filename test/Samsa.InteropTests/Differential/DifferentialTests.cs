using System.Globalization;
using System.Text;
using Samsa.Protocol;
using Xunit;

namespace Samsa.InteropTests.Differential;

/// <summary>
/// The same requests to Samsa and to Apache Kafka, for every API that Samsa serves and every version that both have; the decoded
/// answers must be the same, field by field, but for the rows of <see cref="AllowedDifferences"/>.
/// </summary>
public abstract class DifferentialTests(DifferentialPair pair)
{
    /// <summary>How many cases are under way at once.</summary>
    private const int Breadth = 6;

    /// <summary>As many differing cases are told in full.</summary>
    private const int Shown = 5;

    /// <summary>As many differing fields are listed.</summary>
    private const int Lines = 300;

    /// <summary>Only the cases whose names contain this text, or those of this API, for work on one of them; chapters of the tools' calls too.</summary>
    internal static readonly string Only = Environment.GetEnvironmentVariable("SAMSA_DIFFERENTIAL_CASE") ?? "";

    public static TheoryData<string> Apis => [.. AllCases.Lists.Select(list => list.Api.ToString())];

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task Samsa_answers_as_Apache_Kafka(string name)
    {
        var (samsa, kafka) = await pair.SidesAsync();
        var list = AllCases.Lists.Single(candidate => candidate.Api.ToString() == name);
        var api = list.Api;
        var (ours, theirs) = (samsa.Versions(api), kafka.Versions(api));
        var versions = (From: Math.Max(ours.Min, theirs.Min), To: Math.Min(ours.Max, theirs.Max));
        Assert.SkipWhen(versions.From > versions.To, $"Apache Kafka {pair.Version} serves no version of {api} that Samsa serves.");
        Assert.SkipWhen(
            pair.Version == "3.9" && api is (ApiKey.ConsumerGroupHeartbeat or ApiKey.ConsumerGroupDescribe),
            "Apache Kafka 3.9 refuses groups of the consumer protocol unless its early access is switched on.");
        var allowed = AllowedDifferences.Of(api, pair.Version);
        var used = new HashSet<AllowedDifference>();
        var failures = new List<string>();
        var unexplained = new List<Difference>();
        var ran = 0;
        var runs = list.Cases
            .Where(one => name == Only || one.Name.Contains(Only, StringComparison.Ordinal))
            .SelectMany(one => Enumerable.Range(versions.From, versions.To - versions.From + 1)
                .Where(version => version >= one.From && version <= one.To)
                .Select(version => (Case: one, Version: (short)version)))
            .ToList();

        await Parallel.ForEachAsync(
            runs.Where(run => !run.Case.Alone), new ParallelOptions { MaxDegreeOfParallelism = Breadth }, (run, _) => CompareAsync(run.Case, run.Version));
        foreach (var run in runs.Where(run => run.Case.Alone))
            await CompareAsync(run.Case, run.Version);

        Assert.True(failures.Count == 0, $"{failures.Count} of {ran} cases differ.\n" + Summary(unexplained) + string.Join('\n', failures.Order(StringComparer.Ordinal).Take(Shown)));
        Assert.True(ran > 0 || Only.Length > 0, "No case ran.");
        if (Only.Length == 0)
            Assert.Empty(allowed.Except(used).Select(row => $"{row.Name} ({row.Case} {row.Path}) explains nothing any more"));

        async ValueTask CompareAsync(WireCase one, short version)
        {
            var prefix = string.Create(CultureInfo.InvariantCulture, $"{api}-{one.Name.Replace(' ', '-')}-v{version}");
            using Scene mine = new(samsa, prefix, version), other = new(kafka, prefix, version);
            var outcomes = await Task.WhenAll(RunAsync(one, mine), RunAsync(one, other));
            var differences = Difference.Between(one.Name, mine, other);
            lock (used)
            {
                ran++;
                var left = differences.Where(difference => !IsAllowed(difference)).ToList();
                unexplained.AddRange(left);
                if (left.Count > 0 || outcomes.Any(outcome => outcome is not null))
                    failures.Add(Tell(one, mine, other, left, outcomes));
            }
        }

        bool IsAllowed(Difference difference)
        {
            var rows = allowed.Where(row => row.Explains(difference)).ToList();
            used.UnionWith(rows);
            return rows.Count > 0;
        }
    }

    private static async Task<string?> RunAsync(WireCase one, Scene scene)
    {
        try
        {
            await one.Script(scene);
            return scene.Transcript.Count == 0 ? $"{scene.Side.Name}: the script compares nothing" : null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Told together with what was answered so far.
            return $"{scene.Side.Name}: {e}";
        }
    }

    // One line for each case and field, with the versions.
    private static string Summary(List<Difference> differences) => string.Join('\n', differences
        .GroupBy(one => (one.Case, one.Step, one.Path, one.Samsa, one.Kafka))
        .OrderBy(group => group.Key.Case, StringComparer.Ordinal)
        .Select(group => string.Create(
            CultureInfo.InvariantCulture,
            $"{group.Key.Case} #{group.Key.Step} {group.Key.Path}: Samsa {group.Key.Samsa ?? "(absent)"}, Kafka {group.Key.Kafka ?? "(absent)"}"
            + $" (v{string.Join(' ', group.Select(one => one.Version).Order())})"))
        .Take(Lines)) + "\n";

    private static string Tell(WireCase one, Scene mine, Scene other, List<Difference> left, string?[] outcomes)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"\n=== {one.Name} v{mine.Version}\n");
        foreach (var outcome in outcomes.Where(outcome => outcome is not null))
            text.Append(CultureInfo.InvariantCulture, $"{outcome}\n");
        foreach (var difference in left.Take(12))
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"step {difference.Step} {difference.Path}: Samsa {difference.Samsa ?? "(absent)"}, Kafka {difference.Kafka ?? "(absent)"}\n");
        }

        if (left.Count > 0)
        {
            var step = left[0].Step;
            foreach (var scene in new[] { mine, other })
            {
                if (step < scene.Transcript.Count)
                    text.Append(CultureInfo.InvariantCulture, $"--- {scene.Side.Name}\n{scene.Transcript[step].Request}\n{Tree(scene.Transcript[step].Answer)}\n");
            }
        }

        return text.ToString();
    }

    private static string Tree(List<FieldValue> answer) =>
        string.Join('\n', answer.Take(60).Select(field => $"  {field.Path} = {field.Value}")) + (answer.Count > 60 ? "\n  [...]" : "");
}

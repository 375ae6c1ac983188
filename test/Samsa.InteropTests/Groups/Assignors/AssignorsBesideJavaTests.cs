using System.Text;
using Samsa.InteropTests.Support;
using Samsa.UnitTests.Client.Consumer.Groups.Assignors;
using Xunit;

namespace Samsa.InteropTests.Groups.Assignors;

/// <summary>
/// Our assignors and those of the Java client give the same bytes for the same group, whoever leads it. SAMSA_ASSIGNOR_SEEDS asks for more lives of
/// groups (1,000 by default), SAMSA_ASSIGNOR_FIRST_SEED where to begin; with SAMSA_ASSIGNOR_GOLDEN=1 what Java answers for the first ones is written
/// anew to the file that the unit tests read.
/// </summary>
public sealed class AssignorsBesideJavaTests
{
    private const int GoldenSeeds = 100;

    private static readonly int Seeds = int.Parse(Environment.GetEnvironmentVariable("SAMSA_ASSIGNOR_SEEDS") ?? "1000", null);
    private static readonly int FirstSeed = int.Parse(Environment.GetEnvironmentVariable("SAMSA_ASSIGNOR_FIRST_SEED") ?? "1", null);

    [Theory]
    [InlineData("3.9")]
    [InlineData("4.3")]
    public async Task Assignments_are_those_of_java_byte_for_byte(string version)
    {
        TestContext.Current.SendDiagnosticMessage($"seeds {FirstSeed} to {FirstSeed + Seeds - 1}");
        var cases = Enumerable.Range(FirstSeed, Seeds).SelectMany(seed => AssignorHistory.Of(seed).Select(one => (Seed: seed, Case: one))).ToArray();

        var answers = await AskJavaAsync(version, [.. cases.Select(one => one.Case)]);

        Assert.Equal(cases.Length, answers.Length);
        for (var i = 0; i < cases.Length; i++)
        {
            var ours = cases[i].Case.Answer();
            Assert.True(
                ours == answers[i],
                $"Seed {cases[i].Seed} (case {i} of them all):\n{cases[i].Case.Write()}ours:\n{ours}Java's:\n{answers[i]}");
        }
    }

    [Fact]
    public async Task The_unit_tests_know_what_java_answers()
    {
        // The last rebalance of each, where it is not too long for a file.
        var cases = Enumerable.Range(1, GoldenSeeds).Select(seed => AssignorHistory.Of(seed).Last()).Where(one => one.Write().Length < 3000).ToArray();
        var answers = await AskJavaAsync("4.3", cases);

        if (Environment.GetEnvironmentVariable("SAMSA_ASSIGNOR_GOLDEN") == "1")
        {
            File.WriteAllText(
                Path.Combine(RepositoryPaths.Root, GoldenAssignments.File),
                string.Concat(cases.Zip(answers, static (one, answer) => $"{one.Write()}{answer}end\n")));
        }

        var golden = GoldenAssignments.Read(RepositoryPaths.Root);
        Assert.Equal(cases.Select(one => one.Write()), golden.Select(pair => pair.Case.Write()));
        Assert.Equal(answers, golden.Select(pair => pair.Answer));
    }

    private static async Task<string[]> AskJavaAsync(string version, IReadOnlyList<AssignorCase> cases)
    {
        _ = Tools.ApacheKafka(version);
        _ = Tools.JavaCompiler;
        var libraries = Path.Combine(RepositoryPaths.Peers, "kafka-" + version, "libs");
        string[] arguments =
        [
            "-cp", string.Join(':', Directory.GetFiles(libraries, "kafka-clients-*.jar").Concat(Directory.GetFiles(libraries, "slf4j-api-*.jar"))),
            Path.Combine(RepositoryPaths.Clients, "AssignorPeer.java"),
        ];

        // One start: Java compiles a program of one file by itself.
        var input = Encoding.UTF8.GetBytes(string.Concat(cases.Select(one => one.Write())));
        var output = (await Child.RunAsync(Tools.Java, arguments, input)).Succeeded();
        return [.. output.Text.Split("end\n")[..^1]];
    }
}

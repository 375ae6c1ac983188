using System.Globalization;
using Samsa.Fuzz;
using Samsa.Fuzz.Engine;
using Xunit;

namespace Samsa.UnitTests.Fuzzing;

/// <summary>
/// A short run of every fuzz target from the kept corpus. SAMSA_FUZZ_SECONDS runs each for so many processor seconds instead,
/// SAMSA_FUZZ_SEED takes another seed. The long run is the program test/Samsa.Fuzz.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class FuzzTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("requests", 2500)]
    [InlineData("messages", 15_000)]
    [InlineData("batches", 20_000)]
    [InlineData("codecs", 2500)]
    [InlineData("files", 1200)]
    [InlineData("zookeeper", 20_000)]
    public void Hostile_input_breaks_no_promise(string target, int executions)
    {
        var seconds = Environment.GetEnvironmentVariable("SAMSA_FUZZ_SECONDS");
        var options = new FuzzOptions
        {
            Seed = int.Parse(Environment.GetEnvironmentVariable("SAMSA_FUZZ_SEED") ?? "1", CultureInfo.InvariantCulture),
            Corpus = FuzzTargets.Corpus(target),
            Executions = seconds is null ? executions : null,
            CpuTime = seconds is null ? null : TimeSpan.FromSeconds(int.Parse(seconds, CultureInfo.InvariantCulture)),
            // What else runs in this process counts, too.
            CpuPerInput = TimeSpan.FromMinutes(1),
            MeasuresMemory = false,
        };
        using var subject = FuzzTargets.Create(target)!;

        var report = new FuzzSession(subject, options).Run();

        output.WriteLine($"seed {options.Seed}: {report.Executions} inputs, {report.Signs} signs, {report.Kept} kept");
        Assert.All(report.Findings, finding => Assert.Fail($"{finding.Key}\n{finding.Description}\n{Convert.ToHexString(finding.Input)}"));
        Assert.True(report.Executions >= options.Executions.GetValueOrDefault(), "The run ended early");
    }

    [Fact]
    public void A_broken_promise_is_found_and_made_small()
    {
        using var target = new BrokenTarget();

        var report = new FuzzSession(target, new FuzzOptions { Executions = 20_000 }).Run();

        var finding = Assert.Single(report.Findings);
        Assert.StartsWith("InvalidOperationException in BrokenTarget.Execute", finding.Key, StringComparison.Ordinal);
        Assert.Equal([(byte)'b'], finding.Input);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(3, 1)]
    public void Memory_is_blamed_on_an_input_unless_it_is_the_first(int execution, int findings)
    {
        using var target = new BrokenTarget { MakesMemoryAt = execution };

        var report = new FuzzSession(target, new FuzzOptions { Executions = 5, Corpus = [[.. "aaaa"u8], [.. "aaac"u8]] }).Run();

        Assert.Equal(Enumerable.Repeat("memory", findings), report.Findings.Where(static finding => finding.Key == "memory").Select(static finding => finding.Key));
    }

    [Fact]
    public void An_input_that_does_not_end_is_reported()
    {
        using var target = new BrokenTarget { Hangs = true };

        var report = new FuzzSession(target, new FuzzOptions { Executions = 20_000, HangAfter = TimeSpan.FromSeconds(1) }).Run();
        target.Release();

        Assert.Equal("hang in Execute", Assert.Single(report.Findings).Key);
    }
}

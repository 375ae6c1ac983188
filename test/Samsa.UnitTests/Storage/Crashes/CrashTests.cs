using System.Collections.Concurrent;
using System.Globalization;
using Xunit;

namespace Samsa.UnitTests.Storage.Crashes;

/// <summary>
/// Cuts the power at every change that a random life of a node makes to its disk. SAMSA_CRASH_SEEDS says how many lives (forty
/// by default), SAMSA_CRASH_STEPS how long, SAMSA_CRASH_FIRST_SEED where to begin, SAMSA_CRASH_CUT looks at one cut only. A seed that fails becomes a test of its own below.
/// </summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    [Fact]
    public async Task After_a_power_cut_at_any_moment_every_promise_is_kept()
    {
        var count = Number("SAMSA_CRASH_SEEDS", 40);
        var first = Number("SAMSA_CRASH_FIRST_SEED", 1);
        var cut = Number("SAMSA_CRASH_CUT", -1);
        var steps = Number("SAMSA_CRASH_STEPS", 30);
        var cuts = 0;
        var compactions = 0;
        var failures = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(Enumerable.Range(first, count), async (seed, _) =>
        {
            var run = new CrashRun(seed, cut < 0 ? null : cut);
            try
            {
                await run.ExecuteAsync(steps);
            }
            catch (Exception failure)
            {
                failures.Enqueue(failure is CrashFailedException ? failure.Message : $"seed {seed}: {failure}");
            }

            Interlocked.Add(ref cuts, run.Cuts);
            Interlocked.Add(ref compactions, run.Compactions);
        });
        output.WriteLine($"{count} seeds from {first}, {cuts} power cuts, {compactions} compactions, {failures.Count} failed");
        Assert.True(failures.IsEmpty, string.Join("\n\n", failures.Take(5)));
    }

    private static int Number(string variable, int otherwise) =>
        int.Parse(Environment.GetEnvironmentVariable(variable) ?? otherwise.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}

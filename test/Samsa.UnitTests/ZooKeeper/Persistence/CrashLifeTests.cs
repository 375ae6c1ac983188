using System.Globalization;
using Xunit;

namespace Samsa.UnitTests.ZooKeeper.Persistence;

/// <summary>Random lives, given by seeds. SAMSA_ZOOKEEPER_SEEDS and SAMSA_ZOOKEEPER_FIRST_SEED run more of them.</summary>
public sealed class CrashLifeTests(ITestOutputHelper output)
{
    [Fact]
    public void After_a_power_cut_at_any_moment_every_answered_write_is_there()
    {
        var count = Setting("SAMSA_ZOOKEEPER_SEEDS", 40);
        var first = Setting("SAMSA_ZOOKEEPER_FIRST_SEED", 1);
        int cuts = 0, snapshots = 0;
        for (var seed = first; seed < first + count; seed++)
        {
            using var life = new CrashLife(seed);
            try
            {
                life.Run(steps: 120);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"seed {seed}, cut {life.Cuts}: {failure.Message}", failure);
            }

            cuts += life.Cuts;
            snapshots += life.Snapshots;
        }

        output.WriteLine($"{count} seeds from {first}, {cuts} power cuts, {snapshots} snapshots");
        Assert.True(cuts > count * 5 && snapshots > 0, "the lives were too quiet to show anything");
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}

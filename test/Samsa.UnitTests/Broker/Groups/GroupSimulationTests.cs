using System.Globalization;
using Xunit;

namespace Samsa.UnitTests.Broker.Groups;

/// <summary>
/// Random lives of a group, given by seeds: members join, leave, fall silent, commit, come back under their instance id, and the
/// coordinator restarts. SAMSA_GROUP_SEEDS and SAMSA_GROUP_FIRST_SEED ask for more lives; a failure names its seed.
/// </summary>
public sealed class GroupSimulationTests
{
    private static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    [Fact]
    public void Partitions_have_one_owner_in_a_generation_offsets_stay_and_the_group_comes_to_rest()
    {
        var first = Number("SAMSA_GROUP_FIRST_SEED", 1);
        var stable = 0;
        for (var seed = first; seed < first + Number("SAMSA_GROUP_SEEDS", 300); seed++)
        {
            var life = new GroupLife(seed);
            try
            {
                life.Live(steps: 250);
                life.ComeToRest();
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Seed {seed}, step {life.StepNumber}: {e.Message}", e);
            }

            stable += life.StableGenerations;
        }

        // A simulation in which nothing happens shows nothing.
        Assert.True(stable > 500, $"Only {stable} generations were completed.");
    }
}

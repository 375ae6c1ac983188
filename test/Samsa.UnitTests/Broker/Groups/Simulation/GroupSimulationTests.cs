using System.Globalization;
using Xunit;

namespace Samsa.UnitTests.Broker.Groups.Simulation;

/// <summary>
/// Random lives of a group, given by seeds (<see cref="GroupLife"/>). SAMSA_GROUP_SEEDS and SAMSA_GROUP_FIRST_SEED ask for more lives; a
/// failure names its seed.
/// </summary>
public sealed class GroupSimulationTests
{
    private static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    [Fact]
    public void Classic_groups_keep_their_promises() => Live(LifeKind.Classic);

    [Fact]
    public void Consumer_groups_keep_their_promises() => Live(LifeKind.Consumer);

    [Fact]
    public void Groups_with_members_of_both_protocols_keep_their_promises() => Live(LifeKind.Mixed);

    private static void Live(LifeKind kind)
    {
        var first = Number("SAMSA_GROUP_FIRST_SEED", 1);
        var seeds = Number("SAMSA_GROUP_SEEDS", 100);
        var (handOvers, conversions, refusals) = (0, 0, 0);
        for (var seed = first; seed < first + seeds; seed++)
        {
            var life = new GroupLife(seed, kind);
            try
            {
                life.Live(steps: 250);
                life.ComeToRest();
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Seed {seed}, step {life.StepNumber}: {e.Message}", e);
            }

            handOvers += life.HandOvers;
            conversions += life.Conversions;
            refusals += life.Refusals;
        }

        // A simulation in which nothing happens shows nothing.
        Assert.True(
            handOvers > seeds && refusals > seeds && (kind != LifeKind.Mixed || conversions > seeds / 4),
            $"Only {handOvers} hand-overs, {refusals} refusals, {conversions} changes of the protocol.");
    }
}

using System.Globalization;
using Xunit;

namespace Samsa.UnitTests.Client.Consumer.Groups.Membership;

/// <summary>
/// Random lives of the client's members on the broker's coordinator, given by seeds. SAMSA_MEMBERSHIP_SEEDS and SAMSA_MEMBERSHIP_FIRST_SEED ask for more; a
/// failure names its seed.
/// </summary>
public sealed class MembershipSimulationTests
{
    private static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    [Fact]
    public void No_partition_is_read_by_two_members_and_the_group_comes_to_rest()
    {
        var first = Number("SAMSA_MEMBERSHIP_FIRST_SEED", 1);
        var handovers = 0;
        for (var seed = first; seed < first + Number("SAMSA_MEMBERSHIP_SEEDS", 100); seed++)
        {
            var life = new MembershipLife(seed);
            try
            {
                life.Live(steps: 200);
                life.ComeToRest();
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Seed {seed}, step {life.StepNumber}: {e.Message}", e);
            }

            handovers += life.Handovers;
        }

        // A simulation in which nothing happens shows nothing.
        Assert.True(handovers > 1000, $"Only {handovers} times a partition came to a member.");
    }
}

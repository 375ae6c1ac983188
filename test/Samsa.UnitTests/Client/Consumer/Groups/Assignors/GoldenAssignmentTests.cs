using Samsa.UnitTests.Architecture;
using Xunit;

namespace Samsa.UnitTests.Client.Consumer.Groups.Assignors;

/// <summary>Our assignors answer for groups of a file as the Java client did, where there is no Java to ask.</summary>
public sealed class GoldenAssignmentTests
{
    [Fact]
    public void Assignments_user_data_and_subscriptions_are_java_s()
    {
        var golden = GoldenAssignments.Read(Repository.Root);

        Assert.True(golden.Count >= 50, $"{golden.Count} cases are too few.");
        foreach (var name in new[] { "range", "roundrobin", "sticky", "cooperative-sticky" })
        {
            Assert.Contains(golden, pair => pair.Case.Assignor == name);
        }

        foreach (var (one, answer) in golden)
        {
            Assert.Equal(answer, one.Answer());
        }
    }
}

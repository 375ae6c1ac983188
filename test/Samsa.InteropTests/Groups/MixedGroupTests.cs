using Xunit;

namespace Samsa.InteropTests.Groups;

/// <summary>Our consumer, librdkafka's and Apache's Java consumers in one group, with joins, a leave and a kill.</summary>
public sealed class MixedGroupTests(MixedStories stories) : IClassFixture<MixedStories>
{
    [Theory]
    [InlineData("range")]
    [InlineData("cooperative-sticky")]
    [InlineData("consumer")]
    public Task Clients_of_all_kinds_share_a_topic(string how) => stories.OutcomeAsync(how);
}

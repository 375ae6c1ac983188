using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.Groups;

/// <summary>Apache Kafka's console consumers of both versions as one group.</summary>
public sealed class ApacheGroupTests
{
    private const string Topic = "read-by-apache";
    private const string Group = "group-of-apache";

    [Fact]
    public async Task Three_console_consumers_share_a_topic_crash_leave_and_go_on_after_a_kill_of_the_broker()
    {
        await using var broker = await TestBroker.StartProcessAsync(MixedGroup.BrokerSettings);
        var server = broker.BootstrapServers;
        await using var group = new MixedGroup(server, Topic);
        group.Join("first 3.9", await GroupMember.ApacheAsync("3.9", server, Topic, Group));
        group.Join("first 4.3", await GroupMember.ApacheAsync("4.3", server, Topic, Group));
        group.Join("second 4.3", await GroupMember.ApacheAsync("4.3", server, Topic, Group));
        await group.AssertExclusiveAsync(await group.UntilSharedAsync());

        await group.KillAsync("first 4.3");
        await group.AssertExclusiveAsync(await group.UntilSharedAsync());
        await group.LeaveAsync("first 3.9");
        await group.UntilSharedAsync();
        await group.LeaveAsync("second 4.3");

        await broker.KillAsync();
        await broker.StartAsync();
        group.Join("second 3.9", await GroupMember.ApacheAsync("3.9", server, Topic, Group));
        await group.UntilSharedAsync();
        // What was processed before the kill of the broker came to nobody again.
        await group.AssertCompleteAsync();
    }
}

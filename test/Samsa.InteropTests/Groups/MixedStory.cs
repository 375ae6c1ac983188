using Samsa.InteropTests.Support;

namespace Samsa.InteropTests.Groups;

/// <summary>The life of one group of several clients. Used by one task.</summary>
/// <param name="how">An assignor, or <c>consumer</c> for a group of KIP-848.</param>
/// <param name="server">A broker.</param>
/// <param name="newLibrdkafka">One that knows KIP-848, where there is one.</param>
/// <param name="files">Where members have their settings.</param>
internal sealed class MixedStory(string how, string server, string? newLibrdkafka, TemporaryDirectory files)
{
    private string Topic => "shared-by-" + how;

    private string Group => "mixed-" + how;

    /// <summary>
    /// Three clients share three partitions, the first of them leads; a fourth joins, the first is killed, the second leaves, a new one of the first's
    /// kind joins. Every record is processed, and no partition has two owners.
    /// </summary>
    public async Task LiveAsync(string[] clients, string late)
    {
        await using var group = new MixedGroup(server, Topic);
        await JoinAsync(group, clients[0], "first ");
        await group.UntilSharedAsync();
        foreach (var client in clients[1..])
            await JoinAsync(group, client, "first ");
        await group.AssertExclusiveAsync(await group.UntilSharedAsync());
        await JoinAsync(group, late, "late ");
        await group.UntilAssignedAsync("late " + late);
        await group.UntilSharedAsync();

        await group.KillAsync("first " + clients[0]);
        await group.UntilSharedAsync();
        await group.LeaveAsync("first " + clients[1]);
        await group.UntilSharedAsync();
        await JoinAsync(group, clients[0], "second ");
        await group.AssertExclusiveAsync(await group.UntilSharedAsync());
        await group.AssertCompleteAsync();
        group.AssertNeverShared();
    }

    private async Task JoinAsync(MixedGroup group, string client, string ordinal) => group.Join(ordinal + client, client.Split(' ') switch
    {
        ["samsa" or "samsa-parallel"] => GroupMember.Dotnet(client, server, Topic, Group, how),
        ["librdkafka"] => GroupMember.Dotnet(how == "consumer" ? "confluent=" + newLibrdkafka : "confluent", server, Topic, Group, how),
        ["java", var version] => await GroupMember.VerifiableAsync(version, server, Topic, Group, JavaName, files.File($"{how}-{ordinal}{version}.properties")),
        _ => throw new ArgumentException($"There is no client '{client}'.", nameof(client)),
    });

    private string JavaName => how switch
    {
        "range" => "RangeAssignor",
        "cooperative-sticky" => "CooperativeStickyAssignor",
        _ => how,
    };
}

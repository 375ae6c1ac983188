using Samsa.Cli.Tools.Clusters;
using Samsa.Client.Admin;

namespace Samsa.Cli.Tools.ConsumerGroups;

/// <summary>The groups of consumers in a cluster, and the lines of <c>--list</c>.</summary>
internal static class GroupList
{
    private static readonly GroupType[] OfConsumers = [GroupType.Classic, GroupType.Consumer];

    /// <summary>The groups whose members are consumers or that only keep offsets, in the order of Kafka's tools.</summary>
    public static async Task<IReadOnlyList<GroupListing>> AskAsync(
        KafkaAdmin admin, IReadOnlyCollection<GroupState> states, IReadOnlyCollection<GroupType> types, CancellationToken cancellation)
    {
        var all = await admin.ListGroupsAsync(states, types.Count == 0 ? OfConsumers : types, cancellation);
        return [.. JavaHashOrder.Of([.. all.Where(g => g.ProtocolType is "" or "consumer")], g => g.GroupId)];
    }

    /// <summary>Prints the names, or a table where types or states are asked for.</summary>
    public static void Print(IReadOnlyList<GroupListing> groups, bool withType, bool withState, TextWriter output)
    {
        if (!withType && !withState)
        {
            foreach (var group in groups)
                output.WriteLine(group.GroupId);
            return;
        }

        var columns = new TextColumns(TextColumns.Fit(15, groups.Select(g => g.GroupId)) + 10, 20, 20);
        output.WriteLine(columns.Row(["GROUP", .. Chosen("TYPE", "STATE")]));
        foreach (var group in groups)
            output.WriteLine(columns.Row([group.GroupId, .. Chosen(group.Type.ToString(), group.State.ToString())]));

        string[] Chosen(string type, string state) => withType && withState ? [type, state] : withType ? [type] : [state];
    }
}

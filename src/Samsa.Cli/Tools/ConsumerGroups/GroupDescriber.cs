using System.Globalization;
using Samsa.Cli.Tools.Clusters;
using Samsa.Client.Admin;
using Samsa.Protocol;

namespace Samsa.Cli.Tools.ConsumerGroups;

/// <summary>The tables of <c>--describe</c>, one for each group.</summary>
internal sealed class GroupDescriber(KafkaAdmin admin, ToolConsole console, KafkaRelease release, CancellationToken cancellation)
{
    private const string Missing = "-";

    /// <summary>What is committed, and how far it is behind.</summary>
    public async Task OffsetsAsync(IEnumerable<string> groupIds, bool verbose)
    {
        var groups = await DescribeAsync(groupIds);
        var rows = await new GroupRows(admin, release, console.Error, cancellation).OfAsync(groups);
        bool withEpoch = verbose && release == KafkaRelease.V43;
        bool isLineOpen = false;
        foreach (var (group, table) in groups.Zip(rows))
        {
            isLineOpen &= SayState(group);
            if (table.Count == 0)
                continue;
            Print(table, withEpoch);

            // 3.9 begins lines and does not end them: there is no empty line between two tables.
            isLineOpen = release == KafkaRelease.V39;
            if (!isLineOpen)
                console.Output.WriteLine();
        }

        if (isLineOpen)
            console.Output.WriteLine();
    }

    /// <summary>Who is a member, and of what.</summary>
    public async Task MembersAsync(IEnumerable<string> groupIds, bool verbose)
    {
        foreach (var group in await DescribeAsync(groupIds))
        {
            SayState(group);
            MemberTable.Print(group, verbose, release, console.Output);
        }
    }

    /// <summary>In which states the groups are, and who coordinates them.</summary>
    public async Task StatesAsync(IEnumerable<string> groupIds, bool verbose)
    {
        foreach (var group in await DescribeAsync(groupIds))
        {
            if (!SayState(group))
                continue;
            string coordinator = string.Create(
                CultureInfo.InvariantCulture, $"{group.Coordinator!.Host}:{group.Coordinator.Port}  ({group.Coordinator.Id})");
            string members = Number(group.Members.Count);
            console.Output.WriteLine();
            if (release == KafkaRelease.V39)
            {
                // 3.9 gives the first column the width that the second one needs.
                var columns = new TextColumns(Math.Max(25, coordinator.Length), 25, 20, 15, 0);
                console.Output.WriteLine(columns.Row("GROUP", "COORDINATOR (ID)", "ASSIGNMENT-STRATEGY", "STATE", "#MEMBERS"));
                console.Output.WriteLine(columns.Row(group.GroupId, coordinator, group.Assignor, group.State.ToString(), members));
                continue;
            }

            int[] first = [Math.Max(15, group.GroupId.Length), Math.Max(25, coordinator.Length), 20, 20];
            string[] epochs = verbose ? ["GROUP-EPOCH", "TARGET-ASSIGNMENT-EPOCH"] : [];
            string[] values = verbose ? [Number(group.GroupEpoch), Number(group.TargetAssignmentEpoch)] : [];
            var table = new TextColumns([.. first, .. (int[])(verbose ? [15, 25] : []), 0]);
            string assignor = group.Assignor.Length == 0 ? Missing : group.Assignor;
            console.Output.WriteLine(table.Row(["GROUP", "COORDINATOR (ID)", "ASSIGNMENT-STRATEGY", "STATE", .. epochs, "#MEMBERS"]));
            console.Output.WriteLine(table.Row([group.GroupId, coordinator, assignor, group.State.ToString(), .. values, members]));
        }
    }

    private static string Number(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? Missing;

    private async Task<IReadOnlyList<GroupDescription>> DescribeAsync(IEnumerable<string> groupIds)
    {
        var groups = await admin.DescribeGroupsAsync(groupIds.Distinct().Order(StringComparer.Ordinal), cancellation: cancellation);
        foreach (var group in groups)
        {
            bool isMissing = group.Error == ErrorCode.GroupIdNotFound || (group.Succeeded && group.State == GroupState.Dead);
            if (isMissing ? release == KafkaRelease.V43 : !group.Succeeded)
            {
                throw new GroupCommandException(isMissing
                    ? $"{KafkaWords.ExceptionClass(ErrorCode.GroupIdNotFound)}: Group {group.GroupId} not found."
                    : $"{KafkaWords.ExceptionClass(group.Error)}: {KafkaWords.Message(group)}");
            }
        }

        return groups;
    }

    // What is unusual about a group is said besides; false when there is no such group.
    private bool SayState(GroupDescription group)
    {
        if (!group.Succeeded || group.State == GroupState.Dead)
        {
            console.Output.WriteLine($"\nError: Consumer group '{group.GroupId}' does not exist.");
            return false;
        }

        if (group.State == GroupState.Empty)
            console.Error($"\nConsumer group '{group.GroupId}' has no active members.");
        else if (group.State != GroupState.Stable)
            console.Error($"\nWarning: Consumer group '{group.GroupId}' is rebalancing.");
        return true;
    }

    private void Print(IReadOnlyList<OffsetRow> rows, bool withEpoch)
    {
        int[] epochWidth = withEpoch ? [15] : [];
        var columns = new TextColumns(
        [
            TextColumns.Fit(15, rows.Select(r => r.Group)), TextColumns.Fit(15, rows.Select(r => r.Partition.Topic)), 10, .. epochWidth, 15, 15, 15,
            TextColumns.Fit(15, rows.Select(r => r.Consumer)), TextColumns.Fit(15, rows.Select(r => r.Host)), 0,
        ]);
        string[] epoch = withEpoch ? ["LEADER-EPOCH"] : [];
        console.Output.Write("\n" + columns.Row(
            ["GROUP", "TOPIC", "PARTITION", .. epoch, "CURRENT-OFFSET", "LOG-END-OFFSET", "LAG", "CONSUMER-ID", "HOST", "CLIENT-ID"]));
        foreach (var row in rows)
        {
            string[] cell = withEpoch ? [Number(row.Committed is { LeaderEpoch: >= 0 and var known } ? known : null)] : [];
            console.Output.Write("\n" + columns.Row(
            [
                row.Group, row.Partition.Topic, Number(row.Partition.Partition), .. cell, Number(row.Committed?.Offset), Number(row.End), Number(row.Lag),
                row.Consumer, row.Host, row.Client,
            ]));
        }
    }
}

using System.Globalization;
using Samsa.Cli.Tools.Clusters;
using Samsa.Client.Admin;
using Samsa.Protocol;

namespace Samsa.Cli.Tools.ConsumerGroups;

/// <summary>The table of <c>--describe --members</c>.</summary>
internal static class MemberTable
{
    private const string Missing = "-";

    /// <summary>Prints the members of a group; the head also where there are none.</summary>
    public static void Print(GroupDescription group, bool verbose, KafkaRelease release, TextWriter output)
    {
        var members = group.Members;
        bool hasStatic = members.Any(m => m.InstanceId is not null);
        bool hasUpgraded = release == KafkaRelease.V43 && verbose && members.Any(m => m.IsClassic is not null);
        var more = members.Select(m => !verbose ? [""] : release == KafkaRelease.V39 ? [Sets(m.Assignment)] : Epochs(group, m, hasUpgraded)).ToList();
        string[] moreHeads = !verbose ? [""] : release == KafkaRelease.V39 ? ["ASSIGNMENT"]
            : ["CURRENT-EPOCH", "CURRENT-ASSIGNMENT", "TARGET-EPOCH", "TARGET-ASSIGNMENT", .. (string[])(hasUpgraded ? ["UPGRADED"] : [])];
        int[] moreWidths = !verbose ? [0] : release == KafkaRelease.V39 ? [0]
            : [15, TextColumns.Fit(20, more.Select(m => m[1])), 15, TextColumns.Fit(20, more.Select(m => m[3])), .. (int[])(hasUpgraded ? [15] : [])];

        var columns = new TextColumns(
        [
            TextColumns.Fit(15, [group.GroupId]), TextColumns.Fit(15, members.Select(m => m.MemberId)),
            .. (int[])(hasStatic ? [TextColumns.Fit(17, members.Select(m => m.InstanceId ?? Missing))] : []),
            TextColumns.Fit(15, members.Select(m => m.Host)), TextColumns.Fit(15, members.Select(m => m.ClientId)), 15, .. moreWidths,
        ]);
        output.WriteLine("\n" + columns.Row(
            ["GROUP", "CONSUMER-ID", .. Instance("GROUP-INSTANCE-ID"), "HOST", "CLIENT-ID", "#PARTITIONS", .. moreHeads]));
        foreach (var (member, cells) in members.Zip(more))
        {
            string count = member.Assignment.Count.ToString(CultureInfo.InvariantCulture);
            output.WriteLine(columns.Row(
                [group.GroupId, member.MemberId, .. Instance(member.InstanceId ?? Missing), member.Host, member.ClientId, count, .. cells]));
        }

        string[] Instance(string cell) => hasStatic ? [cell] : [];
    }

    private static string[] Epochs(GroupDescription group, GroupMemberDescription member, bool withUpgraded) =>
    [
        Number(member.MemberEpoch),
        Topics(member.Assignment),
        member.TargetAssignment is null ? Missing : Number(group.TargetAssignmentEpoch),
        member.TargetAssignment is { } target ? Topics(target) : Missing,
        .. (string[])(withUpgraded ? [member.IsClassic is { } isClassic ? (isClassic ? "false" : "true") : Missing] : []),
    ];

    private static string Number(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? Missing;

    private static string Topics(IReadOnlyList<TopicPartition> partitions) => partitions.Count == 0
        ? Missing
        : string.Join(';', ByTopic(partitions).Select(t => $"{t.Key}:{string.Join(',', Numbers(t))}"));

    // Without the names of the topics, as 3.9 has it.
    private static string Sets(IReadOnlyList<TopicPartition> partitions) => partitions.Count == 0
        ? Missing
        : string.Join(", ", ByTopic(partitions).Select(t => $"({string.Join(',', Numbers(t))})"));

    private static IEnumerable<IGrouping<string, TopicPartition>> ByTopic(IReadOnlyList<TopicPartition> partitions) =>
        JavaHashOrder.Of([.. partitions.GroupBy(p => p.Topic, StringComparer.Ordinal)], t => t.Key);

    private static IEnumerable<int> Numbers(IEnumerable<TopicPartition> partitions) => partitions.Select(p => p.Partition).Order();
}

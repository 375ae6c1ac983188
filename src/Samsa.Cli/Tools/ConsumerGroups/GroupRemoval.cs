using System.Globalization;
using Samsa.Cli.Tools.Clusters;
using Samsa.Client.Admin;
using Samsa.Protocol;

namespace Samsa.Cli.Tools.ConsumerGroups;

/// <summary><c>--delete</c> and <c>--delete-offsets</c>. What is refused is told, and the exit code does not change, as in Kafka.</summary>
internal sealed class GroupRemoval(KafkaAdmin admin, TextWriter output, KafkaRelease release, CancellationToken cancellation)
{
    /// <summary>Deletes groups.</summary>
    public async Task GroupsAsync(IReadOnlyCollection<string> groupIds)
    {
        var results = JavaHashOrder.Of([.. await admin.DeleteGroupsAsync(groupIds, cancellation)], r => r.GroupId).ToList();
        string done = string.Join(", ", results.Where(r => r.Succeeded).Select(r => $"'{r.GroupId}'"));
        if (results.TrueForAll(r => r.Succeeded))
        {
            await output.WriteLineAsync($"Deletion of requested consumer groups ({done}) was successful.");
            return;
        }

        await output.WriteLineAsync("\nError: Deletion of some consumer groups failed:");
        foreach (var failed in results.Where(r => !r.Succeeded))
            await output.WriteLineAsync($"* Group '{failed.GroupId}' could not be deleted due to: {Reason(failed)}");
        if (done.Length > 0)
            await output.WriteLineAsync($"\nThese consumer groups were deleted successfully: {done}");
    }

    /// <summary>Deletes offsets of a group.</summary>
    /// <param name="group">The group.</param>
    /// <param name="topics">What <c>--topic</c> names.</param>
    /// <exception cref="ToolException">A partition is none.</exception>
    public async Task OffsetsAsync(string group, IReadOnlyList<string> topics)
    {
        var (partitions, unknown) = await ResetScope.OfTopicsAsync(admin, topics, cancellation);
        IReadOnlyList<GroupPartitionResult> results = partitions.Count == 0 ? [] : await admin.DeleteGroupOffsetsAsync(group, partitions, cancellation);
        await output.WriteLineAsync(Summary(group, topics, results));

        List<(string Topic, string Partition, string Status)> rows =
        [
            .. results.OrderBy(r => r.Partition.Topic, StringComparer.Ordinal).ThenBy(r => r.Partition.Partition).Select(r => (
                r.Partition.Topic, r.Partition.Partition.ToString(CultureInfo.InvariantCulture), r.Succeeded ? "Successful" : Error(Reason(r)))),
            .. unknown.Select(t => (t, release == KafkaRelease.V39 ? "Not Provided" : "-", Error(
                $"{KafkaWords.ExceptionClass(ErrorCode.UnknownTopicOrPartition)}: {KafkaWords.Message(ErrorCode.UnknownTopicOrPartition)}"))),
        ];
        var columns = release == KafkaRelease.V39 ? new TextColumns(30, 15, 15) : new TextColumns(TextColumns.Fit(15, rows.Select(r => r.Topic)), 10, 15);
        await output.WriteLineAsync("\n" + columns.Row("TOPIC", "PARTITION", "STATUS"));
        foreach (var (topic, partition, status) in rows)
            await output.WriteLineAsync(columns.Row(topic, partition, status));
    }

    private static string Reason(AdminResult result) => $"{KafkaWords.ExceptionClass(result.Error)}: {KafkaWords.Message(result)}";

    private string Error(string reason) => (release == KafkaRelease.V39 ? "Error: :" : "Error: ") + reason;

    // One reason for all partitions is the group's.
    private string Summary(string group, IReadOnlyList<string> topics, IReadOnlyList<GroupPartitionResult> results)
    {
        bool isV39 = release == KafkaRelease.V39;
        var ofGroup = results.Count > 0 && results[0].Error is ErrorCode.GroupIdNotFound or ErrorCode.InvalidGroupId or ErrorCode.GroupAuthorizationFailed
            ? results[0].Error
            : ErrorCode.None;
        if (ofGroup == ErrorCode.None)
        {
            return results.All(r => r.Succeeded)
                ? isV39 ? $"Request succeed for deleting offsets with topic {string.Join(", ", topics)} group {group}"
                    : $"Request succeeded for deleting offsets from group {group}."
                : "\nError: " + (isV39 ? "Encounter some partition level error, see the follow-up details:"
                    : "Encountered some partition-level error, see the follow-up details.");
        }

        return "\nError: " + (!isV39 ? KafkaWords.Message(ofGroup)
            : ofGroup switch
            {
                ErrorCode.GroupIdNotFound => $"'{group}' does not exist.",
                ErrorCode.InvalidGroupId => $"'{group}' is not valid.",
                _ => $"Access is not authorized for group '{group}'",
            });
    }
}

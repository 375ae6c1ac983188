using System.Globalization;
using Samsa.Cli.Tools.Clusters;
using Samsa.Cli.Tools.Options;
using Samsa.Client.Admin;
using Samsa.Client.Consumer;
using Samsa.Protocol;

namespace Samsa.Cli.Tools.ConsumerGroups;

/// <summary><c>--reset-offsets</c>: finds the new offsets of each group without members, sets them where that is asked for, and prints them.</summary>
internal sealed class OffsetReset(
    KafkaAdmin admin, ConsumerGroupsOptions declared, ParsedOptions options, ToolConsole console, KafkaRelease release, CancellationToken cancellation)
{
    private readonly ResetScope _scope = new(admin, declared, options, release, cancellation);
    private readonly ResetScenario _scenario = new(admin, declared, options, console, release, cancellation);

    /// <summary>Resets the groups.</summary>
    /// <exception cref="GroupCommandException">It cannot be done; groups before the failure may be done.</exception>
    /// <exception cref="ToolException">The command line does not say what is to be done.</exception>
    public async Task RunAsync(IReadOnlyList<string> groupIds)
    {
        var plan = options.Value(declared.FromFile) is { } file ? ResetPlan.Read(file, groupIds) : null;
        var reset = new List<(string Group, IReadOnlyList<(TopicPartition Partition, CommittedOffset Offset)> Offsets)>();
        foreach (var group in await admin.DescribeGroupsAsync(JavaHashOrder.Of(groupIds, g => g), cancellation: cancellation))
        {
            bool isFree = group.Error == ErrorCode.GroupIdNotFound || (group.Succeeded && group.State is GroupState.Empty or GroupState.Dead);
            if (isFree)
                reset.Add((group.GroupId, await ResetAsync(group.GroupId, plan)));
            else if (!group.Succeeded)
                throw new GroupCommandException($"{KafkaWords.ExceptionClass(group.Error)}: {KafkaWords.Message(group)}");
            else
                await console.Output.WriteLineAsync($"\nError: Assignments can only be reset if the group '{group.GroupId}' is inactive, but the current state is {group.State}.");
        }

        if (options.Has(declared.Export))
            await console.Output.WriteLineAsync(ResetPlan.Format(reset, withGroups: groupIds.Count > 1));
        else
            Print(reset);
    }

    private async Task<IReadOnlyList<(TopicPartition Partition, CommittedOffset Offset)>> ResetAsync(string group, ResetPlan? plan)
    {
        var offsets = plan is null
            ? await _scenario.OffsetsAsync(group, await _scope.PartitionsAsync(group))
            : await PlannedAsync(group, plan);
        if (options.Has(declared.Execute))
        {
            foreach (var result in await admin.AlterGroupOffsetsAsync(group, offsets, cancellation))
            {
                if (!result.Succeeded)
                    throw new GroupCommandException($"{KafkaWords.ExceptionClass(result.Error)}: {KafkaWords.Message(result)}");
            }
        }

        return [.. JavaHashOrder.Of([.. offsets.Keys]).Select(p => (p, offsets[p]))];
    }

    private async Task<IReadOnlyDictionary<TopicPartition, CommittedOffset>> PlannedAsync(string group, ResetPlan plan)
    {
        if (plan.Of(group) is { Count: > 0 } planned)
            return await _scenario.WithinLogAsync(planned);
        await console.Output.WriteLineAsync($"\nError: No reset plan for group {group} found");
        return new Dictionary<TopicPartition, CommittedOffset>();
    }

    private void Print(List<(string Group, IReadOnlyList<(TopicPartition Partition, CommittedOffset Offset)> Offsets)> reset)
    {
        var rows = reset.SelectMany(g => g.Offsets.Select(o => (g.Group, o.Partition, o.Offset.Offset))).ToList();
        var columns = release == KafkaRelease.V39
            ? new TextColumns(30, 30, 10, 15)
            : new TextColumns(TextColumns.Fit(15, rows.Select(r => r.Group)), TextColumns.Fit(15, rows.Select(r => r.Partition.Topic)), 10, 0);
        console.Output.WriteLine("\n" + columns.Row("GROUP", "TOPIC", "PARTITION", "NEW-OFFSET"));
        foreach (var (group, partition, offset) in rows)
        {
            console.Output.WriteLine(columns.Row(
                group, partition.Topic, partition.Partition.ToString(CultureInfo.InvariantCulture), offset.ToString(CultureInfo.InvariantCulture)));
        }
    }
}

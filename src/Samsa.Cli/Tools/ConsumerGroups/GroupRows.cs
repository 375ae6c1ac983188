using Samsa.Cli.Tools.Clusters;
using Samsa.Client;
using Samsa.Client.Admin;
using Samsa.Client.Consumer;
using Samsa.Protocol;

namespace Samsa.Cli.Tools.ConsumerGroups;

/// <summary>The rows of <c>--describe --offsets</c>: what is committed, where partitions end, and who reads them.</summary>
internal sealed class GroupRows(KafkaAdmin admin, KafkaRelease release, Action<string> warn, CancellationToken cancellation)
{
    private const string Nobody = "-";

    /// <summary>The rows of each group, in the order of the groups.</summary>
    /// <exception cref="KafkaException">Offsets could not be asked for.</exception>
    public async Task<IReadOnlyList<IReadOnlyList<OffsetRow>>> OfAsync(IReadOnlyList<GroupDescription> groups)
    {
        var committed = await admin.ListGroupOffsetsAsync(groups.Select(g => g.GroupId), cancellation: cancellation);
        foreach (var offsets in committed)
        {
            offsets.ThrowIfFailed();
            foreach (var failure in offsets.Failures)
                warn($"WARN The offset of {Name(failure.Partition)} in group {offsets.GroupId} is not known: {KafkaWords.Message(failure)}");
        }

        var rows = groups.Zip(committed, (group, offsets) => Owned(group, offsets.Offsets)).ToList();
        var ends = await EndsAsync([.. rows.SelectMany(r => r).Select(r => r.Partition).Distinct()]);
        return [.. rows.Select(group => (IReadOnlyList<OffsetRow>)[.. group.Select(row => row with { End = ends.GetValueOrDefault(row.Partition) })])];
    }

    private List<OffsetRow> Owned(GroupDescription group, IReadOnlyDictionary<TopicPartition, CommittedOffset> committed)
    {
        var rows = new List<OffsetRow>();
        HashSet<TopicPartition> owned = [];
        foreach (var member in group.Members.OrderByDescending(m => m.Assignment.Count))
        {
            owned.UnionWith(member.Assignment);
            rows.AddRange(Ordered(member.Assignment).Select(p => Row(p, member.MemberId, member.Host, member.ClientId)));
        }

        rows.AddRange(Ordered([.. committed.Keys.Where(p => !owned.Contains(p))]).Select(p => Row(p, Nobody, Nobody, Nobody)));
        return rows;

        OffsetRow Row(TopicPartition partition, string consumer, string host, string client) => new(
            group.GroupId, partition, committed.TryGetValue(partition, out var offset) ? offset : null, null, consumer, host, client);
    }

    private IEnumerable<TopicPartition> Ordered(IReadOnlyCollection<TopicPartition> partitions) => release == KafkaRelease.V39
        ? JavaHashOrder.Of(partitions)
        : partitions.OrderBy(p => p.Topic, StringComparer.Ordinal).ThenBy(p => p.Partition);

    // A partition without a leader, or one that is gone, has a row without an end.
    private async Task<Dictionary<TopicPartition, long?>> EndsAsync(IReadOnlyCollection<TopicPartition> partitions)
    {
        var ends = new Dictionary<TopicPartition, long?>();
        foreach (var end in await admin.ListOffsetsAsync(partitions.ToDictionary(p => p, _ => OffsetSpec.Latest), cancellation: cancellation))
        {
            if (end.Error is not (ErrorCode.None or ErrorCode.UnknownTopicOrPartition or ErrorCode.LeaderNotAvailable))
                end.ThrowIfFailed();
            if (end.Succeeded)
                ends[end.Partition] = end.Offset;
            else
                warn($"WARN The end of {Name(end.Partition)} is not known: {KafkaWords.Message(end)}");
        }

        return ends;
    }

    private static string Name(TopicPartition partition) => $"{partition.Topic}-{partition.Partition}";
}

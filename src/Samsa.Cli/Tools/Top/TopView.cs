using Samsa.Protocol;

namespace Samsa.Cli.Tools.Top;

/// <summary>What is shown after a look: lines, the busiest first.</summary>
/// <param name="Rows">The lines.</param>
/// <param name="Problem">Why the last look failed, when it did; the lines are those of the one before.</param>
internal sealed record TopView(IReadOnlyList<TopRow> Rows, string? Problem = null)
{
    /// <summary>Works out the lines of a look, with rates since the one before, if there was one.</summary>
    /// <param name="before">The look before.</param>
    /// <param name="now">The last look.</param>
    /// <param name="elapsed">The time between them.</param>
    /// <param name="byPartition">Whether partitions have lines of their own.</param>
    public static TopView Of(TopSample? before, TopSample now, TimeSpan elapsed, bool byPartition)
    {
        var rows = now.Partitions
            .GroupBy(one => byPartition ? one.Key : new TopicPartition(one.Key.Topic, -1))
            .Select(group => Row(group.Key, [.. group], before, elapsed))
            .OrderByDescending(row => row.RecordsPerSecond ?? -1)
            .ThenBy(row => row.Topic, StringComparer.Ordinal)
            .ThenBy(row => row.Partition);
        return new TopView([.. rows]);
    }

    private static TopRow Row(TopicPartition key, KeyValuePair<TopicPartition, PartitionSample>[] partitions, TopSample? before, TimeSpan elapsed)
    {
        long? records = 0, bytes = 0, end = 0, size = 0;
        foreach (var (partition, now) in partitions)
        {
            // A topic that was made anew has another id, or begins at zero again.
            PartitionSample? then = before is not null && before.Partitions.TryGetValue(partition, out var seen) && seen.TopicId == now.TopicId ? seen : null;
            end += Known(now.EndOffset);
            size += Known(now.Size);
            records += Growth(then?.EndOffset, now.EndOffset);
            bytes += Growth(then?.Size, now.Size);
        }

        return new TopRow
        {
            Topic = key.Topic,
            Partition = key.Partition < 0 ? null : key.Partition,
            Partitions = partitions.Length,
            Leaders = [.. partitions.Select(one => one.Value.Leader).Distinct().Order()],
            EndOffset = end,
            Size = size,
            RecordsPerSecond = records / elapsed.TotalSeconds,
            BytesPerSecond = bytes / elapsed.TotalSeconds,
        };
    }

    private static long? Known(long value) => value < 0 ? null : value;

    // What shrank, grew by nobody knows how much.
    private static long? Growth(long? then, long now) => then is { } value && value >= 0 && now >= value ? now - value : null;
}

namespace Samsa.Cli.Tools.Top;

/// <summary>A line of the table: a topic or one of its partitions. What is not known is null.</summary>
internal sealed record TopRow
{
    /// <summary>The topic.</summary>
    public required string Topic { get; init; }

    /// <summary>The partition; null in the line of a whole topic.</summary>
    public int? Partition { get; init; }

    /// <summary>How many partitions are in the line.</summary>
    public required int Partitions { get; init; }

    /// <summary>The brokers that lead them, each once, in order; -1 where there is no leader.</summary>
    public required IReadOnlyList<int> Leaders { get; init; }

    /// <summary>The end offset of one partition, the sum of a topic's.</summary>
    public long? EndOffset { get; init; }

    /// <summary>Records appended per second, by the end offsets.</summary>
    public double? RecordsPerSecond { get; init; }

    /// <summary>Bytes by which the segments grew per second: compressed, as they lie on the disk. Null where something was deleted meanwhile.</summary>
    public double? BytesPerSecond { get; init; }

    /// <summary>The segments at the leaders in bytes.</summary>
    public long? Size { get; init; }
}

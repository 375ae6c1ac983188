namespace Samsa.Broker.Metrics;

/// <summary>What the metrics show of one partition that this broker hosts, at the moment of a scrape.</summary>
public readonly record struct PartitionSample
{
    /// <summary>The topic.</summary>
    public required string Topic { get; init; }

    /// <summary>The partition's number.</summary>
    public required int Partition { get; init; }

    /// <summary>Bytes of all its segments.</summary>
    public long Size { get; init; }

    /// <summary>How many segments it has.</summary>
    public int Segments { get; init; }

    /// <summary>The first offset that can be read.</summary>
    public long LogStartOffset { get; init; }

    /// <summary>The offset that the next record gets.</summary>
    public long LogEndOffset { get; init; }

    /// <summary>How far the last stable offset is behind the high watermark, in offsets.</summary>
    public long LastStableOffsetLag { get; init; }

    /// <summary>How many replicas are assigned.</summary>
    public int Replicas { get; init; }

    /// <summary>How many of them are in sync.</summary>
    public int InSyncReplicas { get; init; }

    /// <summary>The topic's <c>min.insync.replicas</c>.</summary>
    public int MinInSyncReplicas { get; init; }

    /// <summary>Whether this broker leads the partition.</summary>
    public bool IsLeader { get; init; }

    /// <summary>Whether the partition cannot be served because its disk failed.</summary>
    public bool IsOffline { get; init; }

    /// <summary>Whether a replica is not in sync. Only the leader says so, as in Kafka.</summary>
    public bool IsUnderReplicated => IsLeader && InSyncReplicas < Replicas;

    /// <summary>Whether fewer replicas are in sync than writers with acks=all need.</summary>
    public bool IsUnderMinIsr => IsLeader && InSyncReplicas < MinInSyncReplicas;

    /// <summary>Whether exactly as many replicas are in sync as writers with acks=all need.</summary>
    public bool IsAtMinIsr => IsLeader && InSyncReplicas == MinInSyncReplicas;
}

namespace Samsa.Client.Consumer.Parallel;

/// <summary>A record that was taken and waits, is processed, or is finished behind one that is not. Guarded by its queue's lock.</summary>
internal sealed class PendingRecord<TKey, TValue>
{
    /// <summary>The record; null for one that was left out, and once it is finished.</summary>
    public ConsumerRecord<TKey, TValue>? Record { get; set; }

    public required PartitionWork<TKey, TValue> Partition { get; init; }

    /// <summary>Where the record stands in line; null for one that needs no work.</summary>
    public WorkLane<TKey, TValue>? Lane { get; init; }

    public required long Offset { get; init; }

    /// <summary>The position behind it.</summary>
    public required long NextOffset { get; init; }

    public required int Epoch { get; init; }

    public bool IsFinished { get; set; }

    /// <summary>The next one of the lane.</summary>
    public PendingRecord<TKey, TValue>? Next { get; set; }
}

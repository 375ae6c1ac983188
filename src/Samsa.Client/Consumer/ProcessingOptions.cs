namespace Samsa.Client.Consumer;

/// <summary>How <see cref="KafkaConsumer{TKey,TValue}.RunAsync"/> processes records.</summary>
public sealed record ProcessingOptions
{
    private const int DefaultMaxPendingRecords = 1000;

    /// <summary>How many records are processed at once, at most: the number of processors unless set. Work that waits for others may want more.</summary>
    public int DegreeOfParallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>Which records wait for each other.</summary>
    public ProcessingOrder Order { get; init; } = ProcessingOrder.Key;

    /// <summary>
    /// How many records are taken and not finished, at most; then the consumer takes no more, and what it fetches ahead is bounded by
    /// <see cref="ConsumerOptions.QueuedMaxBytes"/>. Records behind one that does not end, finished ones too, count until it does.
    /// </summary>
    public int MaxPendingRecords { get; init; } = DefaultMaxPendingRecords;

    /// <summary>How long partitions that go to another consumer of the group wait for records of theirs that are being processed.</summary>
    public TimeSpan RevocationTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the end waits for records that are being processed.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(30);

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(DegreeOfParallelism, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPendingRecords, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(RevocationTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(StopTimeout, TimeSpan.Zero);
        if (!Enum.IsDefined(Order))
        {
            throw new ArgumentOutOfRangeException(nameof(Order), Order, "There is no such order.");
        }
    }
}

namespace Samsa.Client.Consumer;

/// <summary>One entry of a batch: a record, one that could not be deserialized, or the fault that ends the batch.</summary>
internal readonly record struct DecodedRecord<TKey, TValue>
{
    public ConsumerRecord<TKey, TValue>? Record { get; init; }

    public FailedRecord? Failure { get; init; }

    public ConsumeException? Fault { get; init; }

    /// <summary>The position once the entry is handed out.</summary>
    public long NextOffset { get; init; }

    public int Epoch { get; init; }

    /// <summary>A hash of the key's bytes, where it was asked for; null for no key.</summary>
    public uint? KeyHash { get; init; }
}

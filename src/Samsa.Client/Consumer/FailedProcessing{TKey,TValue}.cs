namespace Samsa.Client.Consumer;

/// <summary>A record whose processing failed.</summary>
/// <typeparam name="TKey">What keys are read as.</typeparam>
/// <typeparam name="TValue">What values are read as.</typeparam>
public sealed class FailedProcessing<TKey, TValue>
{
    /// <summary>The record.</summary>
    public required ConsumerRecord<TKey, TValue> Record { get; init; }

    /// <summary>What the processing threw.</summary>
    public required Exception Cause { get; init; }

    /// <summary>How often the record was tried, this time included.</summary>
    public required int Attempt { get; init; }
}

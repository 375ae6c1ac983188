namespace Samsa.Client.Consumer;

/// <summary>
/// The program's work on one record; the record is finished when it returns. Called by several threads at once, for records that do not wait for
/// each other.
/// </summary>
/// <param name="record">The record.</param>
/// <param name="cancellationToken">
/// Cancelled when the result is no longer waited for: the partition went to another consumer, or the end took longer than it may.
/// </param>
/// <typeparam name="TKey">What keys are read as.</typeparam>
/// <typeparam name="TValue">What values are read as.</typeparam>
public delegate ValueTask RecordProcessor<TKey, TValue>(ConsumerRecord<TKey, TValue> record, CancellationToken cancellationToken);

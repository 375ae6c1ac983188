namespace Samsa.Client.Consumer;

/// <summary>
/// Decides what happens with a record whose processing failed; may store it elsewhere (a dead-letter topic) or wait first. Meanwhile the record counts
/// as being processed. What it throws ends the processing as <see cref="ProcessingAction.Throw"/> does.
/// </summary>
/// <param name="failure">The record and its failure.</param>
/// <param name="cancellationToken">As the processing has it.</param>
/// <typeparam name="TKey">What keys are read as.</typeparam>
/// <typeparam name="TValue">What values are read as.</typeparam>
public delegate ValueTask<ProcessingAction> ProcessingFailureHandler<TKey, TValue>(
    FailedProcessing<TKey, TValue> failure, CancellationToken cancellationToken);

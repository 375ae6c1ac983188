namespace Samsa.Client.Consumer;

/// <summary>
/// Decides what happens with a record that cannot be deserialized, when it is its turn; may store it elsewhere (a dead-letter topic)
/// first. What it throws comes out of the consumer, whose position stays at the record.
/// </summary>
public delegate ValueTask<DeserializationAction> DeserializationFailureHandler(FailedRecord record, CancellationToken cancellationToken);

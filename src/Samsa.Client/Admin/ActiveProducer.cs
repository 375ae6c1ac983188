namespace Samsa.Client.Admin;

/// <summary>An idempotent or transactional producer as a partition's leader remembers it (KIP-664).</summary>
/// <param name="ProducerId">Its id.</param>
/// <param name="ProducerEpoch">The epoch of that id.</param>
/// <param name="LastSequence">The sequence of its last record, -1 for none.</param>
/// <param name="LastTimestamp">The timestamp of its last batch in ms since 1970, -1 for none.</param>
/// <param name="CoordinatorEpoch">The epoch of the coordinator that wrote its last marker, -1 for none.</param>
/// <param name="TransactionStartOffset">Where its open transaction begins, -1 without one.</param>
public sealed record ActiveProducer(
    long ProducerId, int ProducerEpoch, int LastSequence, long LastTimestamp, int CoordinatorEpoch, long TransactionStartOffset);

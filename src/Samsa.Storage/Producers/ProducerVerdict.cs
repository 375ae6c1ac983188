namespace Samsa.Storage.Producers;

/// <summary>What becomes of a batch of an idempotent or transactional producer.</summary>
public enum ProducerVerdict
{
    /// <summary>Append it.</summary>
    Accepted = 0,

    /// <summary>It is already in the log: append nothing, answer success with the old offsets.</summary>
    Duplicate,

    /// <summary>Its sequence does not follow the last one: <c>OUT_OF_ORDER_SEQUENCE_NUMBER</c>.</summary>
    OutOfOrderSequence,

    /// <summary>Its epoch is older than the newest known: <c>INVALID_PRODUCER_EPOCH</c>.</summary>
    InvalidProducerEpoch,

    /// <summary>A plain batch inside the producer's open transaction: <c>INVALID_TXN_STATE</c>.</summary>
    InvalidTransactionState,

    /// <summary>A marker of an older coordinator: <c>TRANSACTION_COORDINATOR_FENCED</c>.</summary>
    CoordinatorFenced,
}

namespace Samsa.Storage.Inspection;

/// <summary>A producer in a snapshot file.</summary>
/// <param name="ProducerId">Who it is.</param>
/// <param name="Epoch">Its epoch.</param>
/// <param name="CoordinatorEpoch">The epoch of the coordinator that ended its last transaction, -1 for none.</param>
/// <param name="TransactionFirstOffset">Where its open transaction starts; null when none is open.</param>
/// <param name="LastTimestamp">When it wrote last, ms since 1970.</param>
/// <param name="NewestBatch">Its newest batch; null when none is remembered.</param>
public sealed record StoredProducer(
    long ProducerId, short Epoch, int CoordinatorEpoch, long? TransactionFirstOffset, long LastTimestamp, StoredBatch? NewestBatch);

namespace Samsa.UnitTests.Storage.Crashes;

/// <summary>A batch as a consumer reads it; compaction may have left some of its records out.</summary>
/// <param name="First">Its first offset.</param>
/// <param name="Last">Its last offset.</param>
/// <param name="Epoch">The leader epoch it was appended in.</param>
/// <param name="Producer">The producer, -1 for none.</param>
/// <param name="ProducerEpoch">Its epoch.</param>
/// <param name="Sequence">Its first sequence, -1 for a marker and where there is no producer.</param>
/// <param name="IsTransactional">Part of a transaction, markers included.</param>
/// <param name="IsControl">A marker, or what is left of one.</param>
/// <param name="Records">What is in it, as the model writes it.</param>
internal sealed record FoundBatch(
    long First, long Last, int Epoch, long Producer, short ProducerEpoch, int Sequence, bool IsTransactional, bool IsControl,
    IReadOnlyList<FoundRecord> Records)
{
    /// <summary>True when this is the batch of the model, whatever is left of its records.</summary>
    public bool Is(ModelBatch batch) =>
        (First, Last, Epoch, Producer, ProducerEpoch) == (batch.First, batch.Last, batch.Epoch, batch.Producer, batch.ProducerEpoch)
        && (Sequence, IsTransactional, IsControl) == (batch.Sequence, batch.IsTransactional, batch.Marker is not null);

    public override string ToString() =>
        $"{First} to {Last} of epoch {Epoch}, producer {Producer} epoch {ProducerEpoch} sequence {Sequence}: {string.Join(' ', Records)}";
}

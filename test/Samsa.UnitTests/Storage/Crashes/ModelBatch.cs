namespace Samsa.UnitTests.Storage.Crashes;

/// <summary>
/// One batch that was given to a log: its offsets, its values, who sent it. In a log that is compacted a value is
/// <c>key=value</c>, and <c>key=</c> a tombstone.
/// </summary>
/// <param name="First">Its first offset.</param>
/// <param name="Values">The value of each record; a marker has one.</param>
/// <param name="Timestamp">The time of the first record; the others follow a millisecond apart.</param>
/// <param name="Epoch">The leader epoch it was appended in.</param>
/// <param name="Producer">The producer, -1 for none.</param>
/// <param name="ProducerEpoch">Its epoch.</param>
/// <param name="Sequence">Its first sequence, -1 for a marker and where there is no producer.</param>
/// <param name="IsTransactional">Part of a transaction, markers included.</param>
/// <param name="Marker">True for commit, false for abort, null when it is no marker.</param>
internal sealed record ModelBatch(
    long First,
    string[] Values,
    long Timestamp,
    int Epoch,
    long Producer,
    short ProducerEpoch,
    int Sequence,
    bool IsTransactional,
    bool? Marker)
{
    public long Last => First + Values.Length - 1;

    public long MaxTimestamp => Timestamp + Values.Length - 1;

    /// <summary>The key of a record of a compacted log.</summary>
    public string KeyOf(int record) => Values[record][..Values[record].IndexOf('=', StringComparison.Ordinal)];

    /// <summary>True for a record that says that its key is gone.</summary>
    public bool IsTombstone(int record) => Values[record].EndsWith('=');

    public int LastSequence => Sequence < 0 ? -1 : Sequence + Values.Length - 1;
}

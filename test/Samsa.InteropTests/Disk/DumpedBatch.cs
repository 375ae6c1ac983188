namespace Samsa.InteropTests.Disk;

/// <summary>One batch as Apache Kafka's kafka-dump-log shows it; of messages before magic 2 only offset, magic and codec.</summary>
internal sealed record DumpedBatch(
    string Segment, long BaseOffset, long LastOffset, int Count, int BaseSequence, int LastSequence, long ProducerId, int ProducerEpoch,
    bool IsTransactional, bool IsControl, bool HasDeleteHorizon, long Time, int Magic, string Codec, int LeaderEpoch)
{
    /// <summary>What compaction has to leave as it was, wherever the segments begin.</summary>
    public DumpedBatch WithoutSegment => this with { Segment = string.Empty };
}

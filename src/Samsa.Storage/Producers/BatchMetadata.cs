using Samsa.Protocol.Records;

namespace Samsa.Storage.Producers;

/// <summary>One remembered batch of a producer.</summary>
internal readonly record struct BatchMetadata(int LastSequence, long LastOffset, int OffsetDelta, long Timestamp)
{
    internal int FirstSequence => RecordBatch.SubtractFromSequence(LastSequence, OffsetDelta);

    internal long FirstOffset => LastOffset - OffsetDelta;
}

using Samsa.Protocol.Records;

namespace Samsa.Storage.Producers;

/// <summary>
/// Collects the batches of one producer that lie right before the oldest remembered one, as many as there is room for. They must be
/// shown in the order of the log. Owned by the one thread that reads them back. Never fails.
/// </summary>
internal sealed class OlderBatches(short epoch, BatchMetadata oldestKnown, long newestOffset, int room)
{
    private BatchWindow _batches;
    private int _count;

    /// <summary>The last offset of the newest remembered batch.</summary>
    internal long NewestOffset { get; } = newestOffset;

    /// <summary>What lies here and above is remembered.</summary>
    internal long End => oldestKnown.FirstOffset;

    /// <summary>True when there is nothing more to find: no room, or the first batch of the epoch was found.</summary>
    internal bool IsComplete => IsLinked && (_count == room || _batches[0].FirstSequence == 0);

    // A gap in the sequences means that the producer was forgotten in between: what lies before is of no use.
    private bool IsLinked => _count > 0 && Follows(oldestKnown.FirstSequence);

    /// <summary>Takes a batch of the producer in.</summary>
    internal void Note(in ProducerBatch batch)
    {
        if (batch.ProducerEpoch != epoch || batch.BaseSequence < 0 || batch.LastOffset >= End)
        {
            return;
        }

        if (_count > 0 && !Follows(batch.BaseSequence))
        {
            _count = 0;
        }

        if (_count == room)
        {
            for (var i = 1; i < _count; i++)
            {
                _batches[i - 1] = _batches[i];
            }

            _count--;
        }

        _batches[_count++] = new BatchMetadata(batch.LastSequence, batch.LastOffset, batch.OffsetDelta, batch.Timestamp);
    }

    /// <summary>Forgets what was noted.</summary>
    internal void Clear() => _count = 0;

    /// <summary>What was found, oldest first; nothing where it does not lead up to what is remembered.</summary>
    internal ReadOnlySpan<BatchMetadata> Found() => IsLinked ? _batches[.._count] : default;

    private bool Follows(int sequence) => RecordBatch.AddToSequence(_batches[_count - 1].LastSequence, 1) == sequence;
}

using System.Buffers.Binary;
using Samsa.Storage.Producers;
using Samsa.Storage.Segments;

namespace Samsa.Storage.Inspection;

/// <summary>
/// Decodes the small files beside a segment for tools that look at a log directory from outside. Everything that is there is
/// returned, sensible or not; bytes that are too few for an entry are left out.
/// </summary>
public static class StoredFiles
{
    /// <summary>The bytes of an entry of an offset index.</summary>
    public const int OffsetIndexEntryBytes = OffsetIndex.EntryBytes;

    /// <summary>The bytes of an entry of a time index.</summary>
    public const int TimeIndexEntryBytes = TimeIndex.EntryBytes;

    /// <summary>The entries of a <c>.index</c> file: an offset, and where in the segment its batch starts.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="baseOffset">What the entries count from, from the name of the file.</param>
    public static IReadOnlyList<(long Offset, int Position)> OffsetIndexEntries(ReadOnlySpan<byte> bytes, long baseOffset)
    {
        List<(long, int)> entries = [];
        for (; bytes.Length >= OffsetIndex.EntryBytes; bytes = bytes[OffsetIndex.EntryBytes..])
        {
            entries.Add((baseOffset + BinaryPrimitives.ReadInt32BigEndian(bytes), BinaryPrimitives.ReadInt32BigEndian(bytes[4..])));
        }

        return entries;
    }

    /// <summary>The entries of a <c>.timeindex</c> file.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="baseOffset">What the offsets count from, from the name of the file.</param>
    public static IReadOnlyList<TimestampOffset> TimeIndexEntries(ReadOnlySpan<byte> bytes, long baseOffset)
    {
        List<TimestampOffset> entries = [];
        for (; bytes.Length >= TimeIndex.EntryBytes; bytes = bytes[TimeIndex.EntryBytes..])
        {
            entries.Add(TimeIndex.Parse(bytes, baseOffset));
        }

        return entries;
    }

    /// <summary>The entries of a <c>.txnindex</c> file. Their version is not looked at, as there is only one.</summary>
    public static IReadOnlyList<AbortedTransaction> TransactionIndexEntries(ReadOnlySpan<byte> bytes)
    {
        List<AbortedTransaction> entries = [];
        for (; bytes.Length >= TransactionIndex.EntryBytes; bytes = bytes[TransactionIndex.EntryBytes..])
        {
            entries.Add(TransactionIndex.Parse(bytes));
        }

        return entries;
    }

    /// <summary>Reads a <c>.snapshot</c> file of producers; false, with the reason, when its bytes are not one.</summary>
    public static bool TryReadProducers(ReadOnlySpan<byte> bytes, out IReadOnlyList<StoredProducer> producers, out string fault)
    {
        bool sound = ProducerSnapshotFile.TryDecode(bytes, out var entries, out fault);
        producers = [.. entries.Select(e => new StoredProducer(
            e.ProducerId,
            e.Epoch,
            e.CoordinatorEpoch,
            e.HasOpenTransaction ? e.CurrentTransactionFirstOffset : null,
            e.LastTimestamp,
            e.HasBatches ? new StoredBatch(e.Newest.FirstSequence, e.Newest.LastSequence, e.Newest.LastOffset, e.Newest.OffsetDelta, e.Newest.Timestamp) : null))];
        return sound;
    }
}

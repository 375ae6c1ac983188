using System.Buffers.Binary;

namespace Samsa.Protocol.Records;

/// <summary>
/// Control records: the key is version and type (two int16); the value of a transaction marker is version (int16) and
/// coordinator epoch (int32). Newer versions may append fields, which are skipped.
/// </summary>
public static class ControlRecord
{
    private const int KeySize = 4;
    private const int MarkerSize = 6;

    /// <summary>The type in a control record's key; false when the key is null, too short or of a negative version.</summary>
    public static bool TryReadType(OptionalBytes key, out ControlRecordType type)
    {
        type = ControlRecordType.Unknown;
        if (key.Length < KeySize || BinaryPrimitives.ReadInt16BigEndian(key.Span) < 0)
        {
            return false;
        }

        var raw = BinaryPrimitives.ReadInt16BigEndian(key.Span[2..]);
        type = raw is >= (short)ControlRecordType.Abort and <= (short)ControlRecordType.KRaftVoters
            ? (ControlRecordType)raw
            : ControlRecordType.Unknown;
        return true;
    }

    /// <summary>Reads a commit or abort marker; false when the record is something else or broken.</summary>
    public static bool TryReadMarker(in RecordView record, out EndTransactionMarker marker)
    {
        marker = default;
        if (!TryReadType(record.Key, out var type)
            || type is not (ControlRecordType.Abort or ControlRecordType.Commit)
            || record.Value.Length < MarkerSize
            || BinaryPrimitives.ReadInt16BigEndian(record.Value.Span) < 0)
        {
            return false;
        }

        marker = new EndTransactionMarker(type, BinaryPrimitives.ReadInt32BigEndian(record.Value.Span[2..]));
        return true;
    }

    /// <summary>Reads the marker of a whole control batch; false when it holds something else.</summary>
    public static bool TryReadMarker(ReadOnlySpan<byte> batch, out EndTransactionMarker marker)
    {
        marker = default;
        if (RecordBatch.CheckStructure(batch) != RecordFault.None)
        {
            return false;
        }

        var header = new RecordBatchHeader(batch);
        if (!header.IsControl || header.Compression != CompressionType.None)
        {
            return false;
        }

        var records = new RecordEnumerator(batch);
        return records.MoveNext() && TryReadMarker(records.Current, out marker);
    }

    /// <summary>A batch with one commit or abort marker, as the leader of a partition appends it.</summary>
    /// <param name="marker">What it says.</param>
    /// <param name="producerId">The producer whose transaction ends.</param>
    /// <param name="producerEpoch">Its epoch.</param>
    /// <param name="timestamp">The time of the marker in ms.</param>
    /// <param name="baseOffset">The offset, which the log usually stamps later.</param>
    /// <param name="leaderEpoch">The partition leader epoch, -1 when it is stamped later.</param>
    public static byte[] BuildMarkerBatch(
        EndTransactionMarker marker,
        long producerId,
        short producerEpoch,
        long timestamp,
        long baseOffset = 0,
        int leaderEpoch = RecordBatch.NoPartitionLeaderEpoch)
    {
        if (marker.Type is not (ControlRecordType.Abort or ControlRecordType.Commit))
        {
            throw new ArgumentException($"A transaction ends with Abort or Commit, not with {marker.Type}.", nameof(marker));
        }

        Span<byte> key = stackalloc byte[KeySize];
        BinaryPrimitives.WriteInt16BigEndian(key, 0);
        BinaryPrimitives.WriteInt16BigEndian(key[2..], (short)marker.Type);
        Span<byte> value = stackalloc byte[MarkerSize];
        BinaryPrimitives.WriteInt16BigEndian(value, 0);
        BinaryPrimitives.WriteInt32BigEndian(value[2..], marker.CoordinatorEpoch);

        using var builder = new RecordBatchBuilder(new RecordBatchOptions
        {
            BaseOffset = baseOffset,
            PartitionLeaderEpoch = leaderEpoch,
            ProducerId = producerId,
            ProducerEpoch = producerEpoch,
            IsTransactional = true,
            IsControl = true,
        });
        builder.Append(timestamp, (ReadOnlySpan<byte>)key, (ReadOnlySpan<byte>)value);
        return builder.Build().ToArray();
    }
}

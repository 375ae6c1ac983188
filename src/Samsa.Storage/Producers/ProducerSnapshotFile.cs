using System.Buffers.Binary;
using System.Globalization;
using Samsa.Protocol.Records;

namespace Samsa.Storage.Producers;

/// <summary>
/// The file <c>offset.snapshot</c>: the producers of a partition as they were at that offset, in Kafka's bytes (version 1:
/// int16 version, uint32 CRC-32C of what follows it, int32 count, 46 bytes per producer; only the newest batch of each).
/// </summary>
internal static class ProducerSnapshotFile
{
    internal const string Suffix = ".snapshot";

    private const short Version = 1;
    private const int CrcPosition = 2;
    private const int CountPosition = 6;
    private const int HeaderSize = 10;
    private const int EntrySize = 46;
    private const int OffsetDigits = 20;

    internal static string PathFor(string directory, long offset) =>
        Path.Combine(directory, offset.ToString("D20", CultureInfo.InvariantCulture) + Suffix);

    /// <summary>The offset in a snapshot's file name; false for other files.</summary>
    internal static bool TryParseName(string path, out long offset)
    {
        offset = -1;
        var name = Path.GetFileName(path.AsSpan());
        return name.Length == OffsetDigits + Suffix.Length
            && name.EndsWith(Suffix, StringComparison.Ordinal)
            && long.TryParse(name[..OffsetDigits], NumberStyles.None, CultureInfo.InvariantCulture, out offset);
    }

    internal static byte[] Encode(IReadOnlyCollection<ProducerEntry> producers)
    {
        var bytes = new byte[HeaderSize + EntrySize * producers.Count];
        BinaryPrimitives.WriteInt16BigEndian(bytes, Version);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(CountPosition), producers.Count);
        var position = HeaderSize;
        foreach (var producer in producers)
        {
            var newest = producer.HasBatches ? producer.Newest : new BatchMetadata(RecordBatch.NoSequence, ProducerEntry.NoOffset, 0, -1);
            var entry = bytes.AsSpan(position, EntrySize);
            BinaryPrimitives.WriteInt64BigEndian(entry, producer.ProducerId);
            BinaryPrimitives.WriteInt16BigEndian(entry[8..], producer.Epoch);
            BinaryPrimitives.WriteInt32BigEndian(entry[10..], newest.LastSequence);
            BinaryPrimitives.WriteInt64BigEndian(entry[14..], newest.LastOffset);
            BinaryPrimitives.WriteInt32BigEndian(entry[22..], newest.OffsetDelta);
            BinaryPrimitives.WriteInt64BigEndian(entry[26..], producer.LastTimestamp);
            BinaryPrimitives.WriteInt32BigEndian(entry[34..], producer.CoordinatorEpoch);
            BinaryPrimitives.WriteInt64BigEndian(entry[38..], producer.CurrentTransactionFirstOffset);
            position += EntrySize;
        }

        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(CrcPosition), Crc32C.Compute(bytes.AsSpan(CountPosition)));
        return bytes;
    }

    /// <summary>Reads a snapshot; false, with a sentence that says why, when its bytes are not one.</summary>
    internal static bool TryDecode(ReadOnlySpan<byte> bytes, out List<ProducerEntry> producers, out string fault)
    {
        producers = [];
        fault = "";
        if (bytes.Length < HeaderSize)
        {
            fault = $"it has {bytes.Length} bytes; the header alone takes {HeaderSize}";
        }
        else if (BinaryPrimitives.ReadInt16BigEndian(bytes) is var version and not Version)
        {
            fault = $"its version is {version}; only {Version} is known";
        }
        else if (BinaryPrimitives.ReadUInt32BigEndian(bytes[CrcPosition..]) != Crc32C.Compute(bytes[CountPosition..]))
        {
            fault = "its checksum does not match its content";
        }
        else if (BinaryPrimitives.ReadInt32BigEndian(bytes[CountPosition..]) is var count
            && bytes.Length - HeaderSize != (long)count * EntrySize)
        {
            fault = $"it announces {count} producers of {EntrySize} bytes but holds {bytes.Length - HeaderSize} bytes of them";
        }

        for (var rest = fault.Length == 0 ? bytes[HeaderSize..] : default; rest.Length > 0; rest = rest[EntrySize..])
        {
            producers.Add(DecodeEntry(rest));
        }

        return fault.Length == 0;
    }

    private static ProducerEntry DecodeEntry(ReadOnlySpan<byte> bytes)
    {
        var producer = new ProducerEntry(BinaryPrimitives.ReadInt64BigEndian(bytes));
        var epoch = BinaryPrimitives.ReadInt16BigEndian(bytes[8..]);
        var lastOffset = BinaryPrimitives.ReadInt64BigEndian(bytes[14..]);
        var timestamp = BinaryPrimitives.ReadInt64BigEndian(bytes[26..]);
        if (lastOffset >= 0)
        {
            producer.Add(epoch, new BatchMetadata(
                BinaryPrimitives.ReadInt32BigEndian(bytes[10..]),
                lastOffset,
                BinaryPrimitives.ReadInt32BigEndian(bytes[22..]),
                timestamp));
        }

        producer.Restore(
            epoch,
            BinaryPrimitives.ReadInt32BigEndian(bytes[34..]),
            timestamp,
            BinaryPrimitives.ReadInt64BigEndian(bytes[38..]));
        return producer;
    }
}

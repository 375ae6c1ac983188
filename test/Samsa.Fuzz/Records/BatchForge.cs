using System.Buffers.Binary;
using System.Text;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;

namespace Samsa.Fuzz.Records;

/// <summary>
/// Makes record batches and message sets, sound ones and almost sound ones: after most changes lengths and checksum are set right
/// again, so that the code behind those checks is reached. One thread at a time.
/// </summary>
internal sealed class BatchForge(Random random)
{
    private static readonly (int Position, int Size)[] HeaderFields =
    [
        (RecordBatchHeader.BaseOffsetPosition, 8), (RecordBatchHeader.BatchLengthPosition, 4), (RecordBatchHeader.PartitionLeaderEpochPosition, 4),
        (RecordBatchHeader.MagicPosition, 1), (RecordBatchHeader.AttributesPosition, 2), (RecordBatchHeader.LastOffsetDeltaPosition, 4),
        (RecordBatchHeader.BaseTimestampPosition, 8), (RecordBatchHeader.MaxTimestampPosition, 8), (RecordBatchHeader.ProducerIdPosition, 8),
        (RecordBatchHeader.ProducerEpochPosition, 2), (RecordBatchHeader.BaseSequencePosition, 4), (RecordBatchHeader.RecordCountPosition, 4),
    ];

    private static readonly (int Position, int Size)[] LegacyFields = [(0, 8), (8, 4), (16, 1), (17, 1), (18, 8), (18, 4), (22, 4), (26, 4), (30, 4)];

    private static readonly long[] Numbers =
        [0, 1, -1, 2, 3, 7, 8, 100, 127, 128, 255, 32767, -32768, int.MaxValue, int.MinValue, int.MaxValue - 1L, long.MaxValue, long.MinValue, Files.ManualClock.Start];

    /// <summary>What a records field may hold: mostly one sound batch.</summary>
    public byte[] Records() => random.Next(12) switch
    {
        0 => LegacySet(),
        1 => Mutate(LegacySet()),
        2 or 3 => Mutate(Batch()),
        4 => [.. Batch(), .. Batch()],
        5 => random.Next(3) == 0 ? [] : Cut(Batch()),
        _ => Batch(),
    };

    /// <summary>A sound batch of magic 2.</summary>
    public byte[] Batch(long baseOffset = 0, int leaderEpoch = -1)
    {
        var idempotent = random.Next(3) == 0;
        var isControl = random.Next(40) == 0;
        var options = new RecordBatchOptions
        {
            BaseOffset = baseOffset,
            PartitionLeaderEpoch = leaderEpoch,
            Compression = isControl || random.Next(2) == 0 ? CompressionType.None : (CompressionType)random.Next(5),
            TimestampType = random.Next(8) == 0 ? TimestampType.LogAppendTime : TimestampType.CreateTime,
            LogAppendTime = Files.ManualClock.Start,
            ProducerId = idempotent ? random.Next(3) : -1,
            ProducerEpoch = (short)(idempotent ? random.Next(2) : -1),
            BaseSequence = idempotent ? random.Next(4) : -1,
            IsTransactional = idempotent && random.Next(6) == 0,
            IsControl = isControl,
            DeleteHorizonMs = random.Next(40) == 0 ? Files.ManualClock.Start : null,
        };
        using var builder = new RecordBatchBuilder(options);
        for (var count = 1 + (random.Next(10) == 0 ? random.Next(60) : random.Next(4)); count > 0; count--)
        {
            var headers = new RecordHeader[random.Next(4) == 0 ? random.Next(4) : 0];
            for (var i = 0; i < headers.Length; i++)
            {
                headers[i] = new RecordHeader(Texts(), random.Next(4) == 0 ? null : Encoding.UTF8.GetBytes(Texts()));
            }

            builder.Append(Timestamp(), random.Next(3) == 0 ? default : new OptionalBytes(Encoding.UTF8.GetBytes(Texts())), Value(), headers);
        }

        return builder.Build().ToArray();
    }

    /// <summary>A sound set of messages of magic 0 or 1, perhaps compressed.</summary>
    public byte[] LegacySet()
    {
        var options = new LegacyMessageSetOptions(
            (sbyte)random.Next(2), (CompressionType)(random.Next(2) * random.Next(4)),
            TimestampType: random.Next(6) == 0 ? TimestampType.LogAppendTime : TimestampType.CreateTime, LogAppendTime: Files.ManualClock.Start);
        using var builder = new LegacyMessageSetBuilder(options);
        for (var (i, count) = (0, 1 + random.Next(5)); i < count; i++)
        {
            builder.Append(i, Timestamp(), random.Next(3) == 0 ? default : new OptionalBytes(Encoding.UTF8.GetBytes(Texts())), Value());
        }

        return builder.Build().ToArray();
    }

    /// <summary>A changed copy of batches or messages.</summary>
    public byte[] Mutate(ReadOnlySpan<byte> records)
    {
        var bytes = records.ToArray();
        for (var edits = 1 + random.Next(3); edits > 0; edits--)
        {
            var (start, size) = PickBatch(bytes);
            bytes = size < RecordBatchHeader.MagicPosition + 10 ? ByteEdits.Apply(bytes, random)
                : [.. bytes.AsSpan(0, start), .. MutateOne(bytes.AsSpan(start, size)), .. bytes.AsSpan(start + size)];
        }

        return bytes;
    }

    /// <summary>Sets the checksum of one batch or message right, as far as there is one.</summary>
    public static void FixCrc(Span<byte> batch)
    {
        if (batch.Length >= RecordBatchHeader.Size && batch[RecordBatchHeader.MagicPosition] == 2)
        {
            RecordBatch.UpdateCrc(batch);
        }
        else if (batch.Length > RecordBatchHeader.MagicPosition && batch[RecordBatchHeader.MagicPosition] < 2)
        {
            BinaryPrimitives.WriteUInt32BigEndian(batch[LegacyMessage.CrcPosition..], LegacyMessage.ComputeCrc(batch));
        }
    }

    private byte[] MutateOne(ReadOnlySpan<byte> batch)
    {
        var bytes = batch.ToArray();
        var isBatch = bytes[RecordBatchHeader.MagicPosition] >= 2 && bytes.Length >= RecordBatchHeader.Size;
        var fixLength = random.Next(8) > 0;
        switch (random.Next(8))
        {
            case 0 or 1 or 2:
                var (position, size) = isBatch ? HeaderFields[random.Next(HeaderFields.Length)] : LegacyFields[random.Next(LegacyFields.Length)];
                fixLength &= position != RecordBatchHeader.BatchLengthPosition;
                SetField(bytes, position, size);
                break;
            case 3 when isBatch:
                bytes[RecordBatchHeader.AttributesPosition + 1] ^= (byte)(1 << random.Next(8));
                break;
            case 4 when isBatch:
                bytes = [.. bytes.AsSpan(0, RecordBatchHeader.Size), .. Payload(bytes)];
                break;
            case 5 when isBatch:
                // Count and delta that agree with each other, though not with the records.
                var count = Numbers[random.Next(Numbers.Length)];
                BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(RecordBatchHeader.RecordCountPosition), (int)count);
                BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(RecordBatchHeader.LastOffsetDeltaPosition), (int)(count - 1));
                break;
            default:
                var from = Math.Min(isBatch ? RecordBatchHeader.Size : LegacyMessage.AttributesPosition, bytes.Length);
                bytes = [.. bytes.AsSpan(0, from), .. ByteEdits.Apply(bytes.AsSpan(from), random)];
                break;
        }

        if (fixLength && bytes.Length >= RecordBatchHeader.LogOverhead)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(RecordBatchHeader.BatchLengthPosition), bytes.Length - RecordBatchHeader.LogOverhead);
        }

        if (random.Next(10) > 0)
        {
            FixCrc(bytes);
        }

        return bytes;
    }

    // The records in the batch, changed in the clear and wrapped again.
    private byte[] Payload(ReadOnlySpan<byte> batch)
    {
        var codec = new RecordBatchHeader(batch).Compression;
        var payload = batch[RecordBatchHeader.Size..];
        if (codec is CompressionType.None or > CompressionType.Zstd || random.Next(4) == 0)
        {
            return ByteEdits.Apply(payload, random);
        }

        using var plain = new PooledBuffer();
        if (Compressor.Decompress(codec, payload, plain, 1 << 20) != DecompressionStatus.Done)
        {
            return ByteEdits.Apply(payload, random);
        }

        using var packed = new PooledBuffer();
        Compressor.Compress(codec, null, ByteEdits.Apply(plain.Span, random), packed);
        return packed.Span.ToArray();
    }

    private void SetField(byte[] bytes, int position, int size)
    {
        if (position + size > bytes.Length)
        {
            return;
        }

        Span<byte> eight = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(eight, random.Next(5) == 0 ? random.NextInt64() : Numbers[random.Next(Numbers.Length)]);
        eight[(8 - size)..].CopyTo(bytes.AsSpan(position));
    }

    private (int Start, int Size) PickBatch(ReadOnlySpan<byte> bytes)
    {
        var found = new List<(int, int)>();
        var batches = new RecordBatchEnumerator(bytes);
        while (batches.MoveNext() && found.Count < 100)
        {
            found.Add((batches.Current.Position, batches.Current.Size));
        }

        return found.Count > 0 ? found[random.Next(found.Count)] : (0, bytes.Length);
    }

    private byte[] Cut(byte[] batch) => batch[..random.Next(batch.Length)];

    private long Timestamp() => random.Next(6) switch
    {
        0 => Numbers[random.Next(Numbers.Length)],
        1 => -1,
        _ => Files.ManualClock.Start + random.Next(-10_000, 10_000),
    };

    private OptionalBytes Value()
    {
        if (random.Next(6) == 0)
        {
            return default;
        }

        var value = new byte[random.Next(20) == 0 ? random.Next(3000) : random.Next(30)];
        if (random.Next(2) == 0)
        {
            random.NextBytes(value);
        }

        return new OptionalBytes(value);
    }

    private string Texts() => random.Next(4) switch { 0 => "", 1 => "größe", _ => "k" + random.Next(5) };
}

using System.Buffers.Binary;
using System.Text;
using Samsa.IntegrationTests.Wire;
using Samsa.Protocol.Records;

namespace Samsa.InteropTests.Differential;

/// <summary>Records that are the same bytes for both brokers: their times count from the start of this process.</summary>
internal static class Batches
{
    /// <summary>The time of the first record, ms.</summary>
    public static readonly long Time = WireRecords.Now;

    /// <summary>k0=v0, k1=v1, ... a millisecond apart.</summary>
    public static byte[] Of(int count = 1, CompressionType codec = CompressionType.None, long? time = null, int valueSize = 0) =>
        WireRecords.Batch(new RecordBatchOptions { Compression = codec }, count, time ?? Time, valueSize);

    /// <summary>One record.</summary>
    public static byte[] Single(string? key, string? value, long? time = null, CompressionType codec = CompressionType.None) =>
        WireRecords.Single(key is null ? null : Encoding.UTF8.GetBytes(key), value is null ? null : Encoding.UTF8.GetBytes(value), time ?? Time, codec);

    /// <summary>A batch of an idempotent producer, of sound values or not.</summary>
    public static byte[] OfProducer(long producerId, short epoch, int sequence, int count = 1, bool transactional = false)
    {
        var batch = Of(count).WithInt32(RecordBatchHeader.BaseSequencePosition, sequence).With(bytes =>
        {
            BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(RecordBatchHeader.ProducerIdPosition), producerId);
            BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(RecordBatchHeader.ProducerEpochPosition), epoch);
        });
        return transactional ? batch.WithAttributes(RecordBatchHeader.TransactionalMask) : batch;
    }

    /// <summary>Messages of magic 0 or 1.</summary>
    public static byte[] Legacy(sbyte magic, int count = 1, CompressionType codec = CompressionType.None)
    {
        using var builder = new LegacyMessageSetBuilder(new LegacyMessageSetOptions(magic, codec));
        for (var i = 0; i < count; i++)
            builder.Append(i, Time + i, WireRecords.Bytes($"k{i}"), WireRecords.Bytes($"v{i}"));
        return builder.Build().ToArray();
    }

    /// <summary>Sound records with one mistake each, by name.</summary>
    public static Dictionary<string, byte[]> Spoilt()
    {
        var twice = Of(2);
        var baseOffset = Of(2);
        RecordBatch.SetBaseOffset(baseOffset, 42);
        var checksum = Of(2);
        checksum[^1] ^= 1;
        var magic = Of(2);
        magic[RecordBatchHeader.MagicPosition] = 3;
        var length = Of(2);
        length[RecordBatchHeader.BatchLengthPosition + 3]++;
        return new Dictionary<string, byte[]>
        {
            ["no bytes"] = [],
            ["ten bytes"] = twice[..10],
            ["too short for a batch"] = twice[..40],
            ["cut off"] = twice[..^3],
            ["two batches"] = [.. twice, .. Of()],
            ["batch and rest"] = [.. twice, 0, 0, 0],
            ["batch length too large"] = length,
            ["batch length zero"] = WithLength(0),
            ["batch length negative"] = WithLength(-7),
            ["count too large"] = Of(2).WithInt32(RecordBatchHeader.RecordCountPosition, 3),
            ["count too small"] = Of(2).WithInt32(RecordBatchHeader.RecordCountPosition, 1),
            ["count zero"] = Of(2).WithInt32(RecordBatchHeader.RecordCountPosition, 0),
            ["count negative"] = Of(2).WithInt32(RecordBatchHeader.RecordCountPosition, -1),
            ["last offset delta wrong"] = Of(2).WithInt32(RecordBatchHeader.LastOffsetDeltaPosition, 5),
            ["base offset not zero"] = baseOffset,
            ["control batch"] = Of(2).WithAttributes(RecordBatchHeader.ControlMask),
            ["producer without sequence"] = OfProducer(7, 0, -1),
            ["transactional without producer"] = OfProducer(-1, -1, -1, transactional: true),
            ["bad checksum"] = checksum,
            ["magic 3"] = magic,
            ["codec 5"] = Of(2).WithAttributes(5),
            ["codec 7"] = Of(2).WithAttributes(7),
            ["not gzip"] = Of(2).WithAttributes((int)CompressionType.Gzip),
            ["not snappy"] = Of(2).WithAttributes((int)CompressionType.Snappy),
            ["not lz4"] = Of(2).WithAttributes((int)CompressionType.Lz4),
            ["not zstd"] = Of(2).WithAttributes((int)CompressionType.Zstd),
            ["unknown attributes"] = Of(2).With(bytes => bytes[RecordBatchHeader.AttributesPosition] = 0x40),
            ["maximum timestamp wrong"] = Of(2).With(bytes => bytes[RecordBatchHeader.MaxTimestampPosition + 7] ^= 1),
        };
    }

    // Outside the checksum.
    private static byte[] WithLength(int length)
    {
        var batch = Of(2);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(RecordBatchHeader.BatchLengthPosition), length);
        return batch;
    }
}

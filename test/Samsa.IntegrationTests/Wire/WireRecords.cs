using System.Buffers.Binary;
using System.Text;
using Samsa.Protocol.Records;
using Xunit;

namespace Samsa.IntegrationTests.Wire;

/// <summary>Record batches as producers send them, sound and spoilt, and what consumers read out of answers.</summary>
public static class WireRecords
{
    /// <summary>Where the records of a batch begin.</summary>
    public const int FirstRecord = RecordBatchHeader.Size;

    /// <summary>The present time, ms.</summary>
    public static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>One batch of magic 2: k0=v0, k1=v1, ... a millisecond apart from now on.</summary>
    public static byte[] Batch(int count = 1, CompressionType codec = CompressionType.None) =>
        Batch(new RecordBatchOptions { Compression = codec }, count);

    /// <summary>One batch of magic 2 with the given header and records k0=v0, k1=v1, ... from <paramref name="firstTimestamp"/> on.</summary>
    public static byte[] Batch(in RecordBatchOptions options, int count = 1, long? firstTimestamp = null, int valueSize = 0)
    {
        using var builder = new RecordBatchBuilder(options);
        var timestamp = firstTimestamp ?? Now;
        for (var i = 0; i < count; i++)
            builder.Append(timestamp + i, Bytes($"k{i}"), valueSize > 0 ? new byte[valueSize] : Bytes($"v{i}"));
        return builder.Build().ToArray();
    }

    /// <summary>One batch of a single record.</summary>
    public static byte[] Single(byte[]? key, byte[]? value, long timestamp, CompressionType codec = CompressionType.None)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions { Compression = codec });
        builder.Append(timestamp, key, value);
        return builder.Build().ToArray();
    }

    /// <summary>A batch of an idempotent producer.</summary>
    public static byte[] Idempotent(long producerId, short epoch, int sequence, int count = 1, bool transactional = false) => Batch(
        new RecordBatchOptions { ProducerId = producerId, ProducerEpoch = epoch, BaseSequence = sequence, IsTransactional = transactional }, count);

    /// <summary>Messages of magic 0 or 1, as <see cref="Batch(int, CompressionType)"/>.</summary>
    public static byte[] Legacy(sbyte magic, int count = 1, CompressionType codec = CompressionType.None)
    {
        using var builder = new LegacyMessageSetBuilder(new LegacyMessageSetOptions(magic, codec));
        var now = Now;
        for (var i = 0; i < count; i++)
            builder.Append(i, now + i, Bytes($"k{i}"), Bytes($"v{i}"));
        return builder.Build().ToArray();
    }

    /// <summary>Changes a batch of magic 2 and makes its checksum right again.</summary>
    public static byte[] With(this byte[] batch, Action<byte[]> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        change(batch);
        RecordBatch.UpdateCrc(batch);
        return batch;
    }

    /// <summary>Sets four bytes of the header and makes the checksum right again.</summary>
    public static byte[] WithInt32(this byte[] batch, int position, int value) =>
        batch.With(bytes => BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(position), value));

    /// <summary>Sets bits of the attributes and makes the checksum right again.</summary>
    public static byte[] WithAttributes(this byte[] batch, int bits) =>
        batch.With(bytes => bytes[RecordBatchHeader.AttributesPosition + 1] |= (byte)bits);

    /// <summary>Every record of batches and messages of any magic; a cut-off batch at the end is dropped, as consumers do.</summary>
    public static List<SeenRecord> Read(ReadOnlySpan<byte> records)
    {
        var seen = new List<SeenRecord>();
        using var reader = new RecordReader();
        foreach (var batch in new RecordBatchEnumerator(records))
        {
            Assert.True(batch.IsCrcValid());
            if (batch.Magic == RecordBatch.CurrentMagic && batch.Header.IsControl)
                continue;
            var inner = reader.Read(batch);
            while (inner.MoveNext())
            {
                var record = inner.Current;
                seen.Add(new SeenRecord(record.Offset, record.Timestamp, Text(record.Key), Text(record.Value), batch.Magic));
            }

            Assert.Equal(RecordFault.None, inner.Fault);
        }

        return seen;
    }

    /// <summary>UTF-8 bytes.</summary>
    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string? Text(OptionalBytes bytes) => bytes.IsNull ? null : Encoding.UTF8.GetString(bytes.Span);
}

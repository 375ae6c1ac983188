using System.Buffers.Binary;
using System.Text;
using Samsa.Protocol;
using Samsa.Protocol.Records;
using Samsa.Storage;
using Samsa.Storage.Validation;

namespace Samsa.UnitTests.Storage.Validation;

/// <summary>Batches to be validated, sound and spoilt.</summary>
internal static class Batches
{
    public const long Now = 1_795_220_000_000;
    public const short Latest = 13;

    public static readonly TopicPartition Partition = new("T", 0);

    public static ValidationRules Rules(LogConfig? config = null, short version = Latest) =>
        new(config ?? LogConfig.Default, Partition, version, Now);

    /// <summary>Records k0=v0, k1=v1, ... a millisecond apart, the first at <see cref="Now"/>.</summary>
    public static byte[] Plain(int count = 3, CompressionType codec = CompressionType.None) =>
        Build(new RecordBatchOptions { Compression = codec }, count);

    public static byte[] Build(in RecordBatchOptions options, int count = 3)
    {
        using var builder = new RecordBatchBuilder(options);
        for (var i = 0; i < count; i++)
        {
            builder.Append(Now + i, Bytes($"k{i}"), Bytes($"v{i}"), [new RecordHeader("h", Bytes("x"))]);
        }

        return builder.Build().ToArray();
    }

    /// <summary>Changes a batch and makes its CRC right again.</summary>
    public static byte[] With(byte[] batch, Action<byte[]> change)
    {
        change(batch);
        RecordBatch.UpdateCrc(batch);
        return batch;
    }

    public static byte[] WithInt32(byte[] batch, int position, int value) =>
        With(batch, bytes => BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(position), value));

    public static byte[] WithInt64(byte[] batch, int position, long value) =>
        With(batch, bytes => BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(position), value));

    public static byte[] WithAttributes(byte[] batch, int bits) => With(batch, bytes =>
    {
        var attributes = BinaryPrimitives.ReadInt16BigEndian(bytes.AsSpan(RecordBatchHeader.AttributesPosition));
        BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(RecordBatchHeader.AttributesPosition), (short)((ushort)attributes | bits));
    });

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>The records of one batch of magic 2 as text.</summary>
    public static List<(long Offset, long Timestamp, string? Key, string? Value)> Read(ReadOnlyMemory<byte> batch)
    {
        using var reader = new RecordReader();
        var result = new List<(long, long, string?, string?)>();
        var records = reader.Read(batch.Span);
        while (records.MoveNext())
        {
            var record = records.Current;
            result.Add((record.Offset, record.Timestamp, Text(record.Key), Text(record.Value)));
        }

        return records.Fault == RecordFault.None ? result : throw new InvalidOperationException(records.Fault.Describe());
    }

    private static string? Text(OptionalBytes bytes) => bytes.IsNull ? null : Encoding.UTF8.GetString(bytes.Span);
}

namespace Samsa.Protocol.Records;

/// <summary>How a <see cref="LegacyMessageSetBuilder"/> writes.</summary>
/// <param name="Magic">The format: 0 or 1.</param>
/// <param name="Compression">The codec; zstd does not exist before magic 2.</param>
/// <param name="CompressionLevel">The codec's level, or null for Kafka's default.</param>
/// <param name="TimestampType">What the timestamps mean; ignored in magic 0.</param>
/// <param name="LogAppendTime">The append time in ms, the timestamp of all messages under <see cref="Records.TimestampType.LogAppendTime"/>.</param>
public readonly record struct LegacyMessageSetOptions(
    sbyte Magic,
    CompressionType Compression = CompressionType.None,
    int? CompressionLevel = null,
    TimestampType TimestampType = TimestampType.CreateTime,
    long LogAppendTime = RecordBatch.NoTimestamp);

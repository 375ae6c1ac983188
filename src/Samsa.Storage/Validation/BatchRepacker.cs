using System.Buffers.Binary;
using Samsa.Protocol;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;

namespace Samsa.Storage.Validation;

/// <summary>
/// The slow road for batches whose compressed records a rule must see, or that are stored with another codec than they
/// came with. The plain records are walked and packed again as they are: record bytes never change, only their wrapping.
/// </summary>
internal static class BatchRepacker
{
    /// <summary>Validates a batch whose header is sound, and stores it with <paramref name="target"/>.</summary>
    internal static ValidatedRecords Validate(Memory<byte> batch, CompressionType target, in ValidationRules rules)
    {
        var header = new RecordBatchHeader(batch.Span);
        if (header.Compression == CompressionType.None)
        {
            return Pack(batch, batch.Span[RecordBatchHeader.Size..], target, rules);
        }

        return ValidatedRecords.Refused(ErrorCode.UnknownServerError, $"The codec {header.Compression} is not part of this build");
    }

    private static ValidatedRecords Pack(Memory<byte> batch, ReadOnlySpan<byte> records, CompressionType target, in ValidationRules rules)
    {
        var header = new RecordBatchHeader(batch.Span);
        var walk = RecordWalk.Run(records, header, rules);
        if (BatchValidator.Judge(walk, batch.Span, rules) is { } refusal)
        {
            return refusal;
        }

        if (header.Compression == target)
        {
            return BatchValidator.Accept(batch, walk.MaxTimestamp, walk.MaxTimestampIndex, rules);
        }

        var packed = new PooledBuffer(RecordBatchHeader.Size + records.Length / 2);
        try
        {
            packed.Write(batch.Span[..RecordBatchHeader.Size]);
            Compressor.Compress(target, LevelOf(target, rules.Config), records, packed);
        }
        catch
        {
            packed.Dispose();
            throw;
        }

        Rewrap(packed.Span, target);
        return BatchValidator.Accept(packed.Memory, walk.MaxTimestamp, walk.MaxTimestampIndex, rules, packed);
    }

    private static int? LevelOf(CompressionType codec, LogConfig config) => codec switch
    {
        CompressionType.Gzip => config.GzipLevel,
        CompressionType.Lz4 => config.Lz4Level,
        CompressionType.Zstd => config.ZstdLevel,
        _ => null,
    };

    private static void Rewrap(Span<byte> batch, CompressionType codec)
    {
        var attributes = new RecordBatchHeader(batch).Attributes & ~RecordBatchHeader.CompressionMask;
        BinaryPrimitives.WriteInt32BigEndian(
            batch[RecordBatchHeader.BatchLengthPosition..], batch.Length - RecordBatchHeader.LogOverhead);
        BinaryPrimitives.WriteInt16BigEndian(
            batch[RecordBatchHeader.AttributesPosition..], (short)(attributes | (int)codec));
        RecordBatch.UpdateCrc(batch);
    }
}

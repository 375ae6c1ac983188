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
    /// <param name="batch">The batch.</param>
    /// <param name="target">The codec to store it with.</param>
    /// <param name="rules">What it is judged by.</param>
    /// <param name="owner">What the batch's memory belongs to; null for the caller's own. It lives on with the result, or is disposed.</param>
    internal static ValidatedRecords Validate(
        Memory<byte> batch, CompressionType target, in ValidationRules rules, IDisposable? owner = null)
    {
        var result = TryValidate(batch, target, rules, owner);
        if (!result.Owns(owner))
        {
            owner?.Dispose();
        }

        return result;
    }

    private static ValidatedRecords TryValidate(
        Memory<byte> batch, CompressionType target, in ValidationRules rules, IDisposable? owner)
    {
        var codec = new RecordBatchHeader(batch.Span).Compression;
        try
        {
            if (codec == CompressionType.None)
            {
                return Pack(batch, batch.Span[RecordBatchHeader.Size..], target, rules, owner);
            }

            using var plain = new PooledBuffer();
            var fault = Inflate(batch.Span, codec, plain);
            return fault == RecordFault.None
                ? Pack(batch, plain.Span, target, rules, owner)
                : RecordValidator.Refuse(fault, batch.Span, rules);
        }
        catch (CodecUnavailableException missing)
        {
            return ValidatedRecords.Refused(ErrorCode.UnsupportedCompressionType, missing.Message);
        }
    }

    private static RecordFault Inflate(ReadOnlySpan<byte> batch, CompressionType codec, PooledBuffer plain) =>
        Compressor.Decompress(codec, batch[RecordBatchHeader.Size..], plain, RecordReader.DefaultMaxDecompressedSize) switch
        {
            DecompressionStatus.Done => RecordFault.None,
            DecompressionStatus.TooLarge => RecordFault.TooLarge,
            _ => RecordFault.CorruptCompression,
        };

    private static ValidatedRecords Pack(
        Memory<byte> batch, ReadOnlySpan<byte> records, CompressionType target, in ValidationRules rules, IDisposable? owner)
    {
        var header = new RecordBatchHeader(batch.Span);
        var walk = RecordWalk.Run(records, header, rules);
        if (BatchValidator.Judge(walk, batch.Span, rules) is { } refusal)
        {
            return refusal;
        }

        if (header.Compression == target)
        {
            return BatchValidator.Accept(batch, walk.MaxTimestamp, walk.MaxTimestampIndex, rules, owner);
        }

        var packed = new PooledBuffer(RecordBatchHeader.Size + records.Length / 2);
        var result = default(ValidatedRecords);
        try
        {
            packed.Write(batch.Span[..RecordBatchHeader.Size]);
            Compressor.Compress(target, LevelOf(target, rules.Config), records, packed);
            Rewrap(packed.Span, target);
            result = BatchValidator.Accept(packed.Memory, walk.MaxTimestamp, walk.MaxTimestampIndex, rules, packed);
            return result;
        }
        finally
        {
            if (!result.Owns(packed))
            {
                packed.Dispose();
            }
        }
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

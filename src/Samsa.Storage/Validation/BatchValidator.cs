using Samsa.Protocol;
using Samsa.Protocol.Records;

namespace Samsa.Storage.Validation;

/// <summary>The rules for one whole batch of magic 2 that a client sent, in the order in which Kafka applies them.</summary>
internal static class BatchValidator
{
    internal static ValidatedRecords Validate(Memory<byte> batch, in ValidationRules rules)
    {
        var bytes = batch.Span;
        var header = new RecordBatchHeader(bytes);
        if (CheckHeader(bytes, header, rules) is { } refusal)
        {
            return refusal;
        }

        var codec = header.Compression;
        var target = rules.Config.Compression ?? codec;
        if (target != codec || (codec != CompressionType.None && MustLookInside(header, bytes, rules)))
        {
            return BatchRepacker.Validate(batch, target, rules);
        }

        if (codec != CompressionType.None)
        {
            return CodecSignature.Fits(codec, bytes[RecordBatchHeader.Size..])
                ? Accept(batch, header.MaxTimestamp, header.LastOffsetDelta, rules)
                : RecordValidator.Refuse(RecordFault.CorruptCompression, bytes, rules);
        }

        var walk = RecordWalk.Run(bytes[RecordBatchHeader.Size..], header, rules);
        return Judge(walk, bytes, rules) ?? Accept(batch, walk.MaxTimestamp, walk.MaxTimestampIndex, rules);
    }

    /// <summary>The refusal that a walk over the records ends in, if any.</summary>
    internal static ValidatedRecords? Judge(in RecordWalk walk, ReadOnlySpan<byte> batch, in ValidationRules rules)
    {
        if (walk.Fault == RecordFault.InvalidRecord)
        {
            return RecordValidator.Invalid(
                $"Record {walk.FaultIndex} for {rules.Partition} is malformed: its lengths do not add up or its offset delta is not {walk.FaultIndex}",
                RefusalCause.InvalidOffsetOrSequence);
        }

        return walk.Fault != RecordFault.None ? RecordValidator.Refuse(walk.Fault, batch, rules) : walk.Breaches?.ToRefusal();
    }

    /// <summary>Settles the timestamps of a sound batch in place. The CRC is computed anew only when something changes.</summary>
    internal static ValidatedRecords Accept(
        Memory<byte> batch, long maxTimestamp, int maxTimestampIndex, in ValidationRules rules,
        IDisposable? owner = null)
    {
        var bytes = batch.Span;
        if (CheckSize(bytes.Length, rules) is { } refusal)
        {
            return refusal;
        }

        var header = new RecordBatchHeader(bytes);
        if (rules.UsesAppendTime)
        {
            RecordBatch.SetLogAppendTime(bytes, rules.Now);
            maxTimestamp = rules.Now;
            maxTimestampIndex = header.LastOffsetDelta;
        }
        else
        {
            RecordBatch.SetMaxTimestamp(bytes, TimestampType.CreateTime, maxTimestamp);
        }

        return ValidatedRecords.Accepted(
            batch, owner, header.RecordCount, header.LastOffsetDelta, maxTimestamp, maxTimestampIndex,
            rules.UsesAppendTime ? rules.Now : -1, header.IsTransactional);
    }

    /// <summary>Checks the size of a batch against the topic and the size of its segments.</summary>
    internal static ValidatedRecords? CheckSize(int size, in ValidationRules rules)
    {
        if (size > rules.Config.MaxMessageBytes)
        {
            return ValidatedRecords.Refused(
                ErrorCode.MessageTooLarge,
                $"A batch of {size} bytes for {rules.Partition} is larger than max.message.bytes, {rules.Config.MaxMessageBytes}",
                RefusalCause.TooLarge);
        }

        return size > rules.Config.SegmentBytes
            ? ValidatedRecords.Refused(
                ErrorCode.RecordListTooLarge,
                $"A batch of {size} bytes for {rules.Partition} is larger than segment.bytes, {rules.Config.SegmentBytes}",
                RefusalCause.TooLarge)
            : null;
    }

    /// <summary>The rules that cannot be checked on the header of a compressed batch.</summary>
    private static bool MustLookInside(RecordBatchHeader header, ReadOnlySpan<byte> bytes, in ValidationRules rules) =>
        rules.Config.Compact
        || !CodecSignature.CanTell(header.Compression, bytes[RecordBatchHeader.Size..])
        || rules.EarliestTimestamp != long.MinValue
        || header.MaxTimestamp > rules.LatestTimestamp;

    private static ValidatedRecords? CheckHeader(ReadOnlySpan<byte> bytes, RecordBatchHeader header, in ValidationRules rules)
    {
        var codec = header.Compression;
        if (codec == CompressionType.Zstd && rules.OnlyBatches && rules.ProduceVersion < ValidationRules.FirstVersionOfZstd)
        {
            return ValidatedRecords.Refused(
                ErrorCode.UnsupportedCompressionType,
                $"Produce requests of version {rules.ProduceVersion} cannot carry zstd; version {ValidationRules.FirstVersionOfZstd} is the first that can") with
            { IsMalformed = true };
        }

        if (header.BaseOffset != 0)
        {
            return RecordValidator.Invalid(
                $"The base offset of a batch for {rules.Partition} is {header.BaseOffset}; producers send 0", RefusalCause.InvalidOffsetOrSequence);
        }

        if (bytes.Length > rules.Config.MaxMessageBytes)
        {
            return CheckSize(bytes.Length, rules);
        }

        if (!RecordBatch.IsCrcValid(bytes))
        {
            return RecordValidator.Refuse(RecordFault.InvalidCrc, bytes, rules);
        }

        if (codec > CompressionType.Zstd)
        {
            return RecordValidator.Refuse(RecordFault.UnknownCodec, bytes, rules) with
            {
                IsMalformed = rules.ProduceVersion < ValidationRules.FirstVersionOfZstd,
            };
        }

        if (header.RecordCount <= 0 || header.LastOffsetDelta != header.RecordCount - 1)
        {
            return RecordValidator.Invalid(
                $"A batch for {rules.Partition} declares {header.RecordCount} records and last offset delta {header.LastOffsetDelta}; a producer's batch has at least one record, and a delta of one less than their number",
                RefusalCause.InvalidOffsetOrSequence);
        }

        if (header.IsControl)
        {
            return RecordValidator.Invalid($"A client sent a control batch to {rules.Partition}; only brokers write them");
        }

        return header.HasProducerId && header.BaseSequence < 0
            ? RecordValidator.Invalid(
                $"A batch for {rules.Partition} has producer id {header.ProducerId} but sequence {header.BaseSequence}; sequences begin at 0",
                RefusalCause.InvalidOffsetOrSequence)
            : null;
    }
}

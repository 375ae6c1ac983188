using Samsa.Protocol;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;

namespace Samsa.Storage.Validation;

/// <summary>
/// Message sets of magic 0 and 1, which produce requests before version 3 carry: all messages of a partition are stored as one
/// batch of magic 2. Compressed messages come as exactly one wrapper, whose codec is kept unless the topic has its own.
/// </summary>
internal static class LegacyRecords
{
    internal static ValidatedRecords Convert(Memory<byte> records, in ValidationRules rules)
    {
        if (Survey(records.Span, rules, out var length, out var codec) is { } refusal)
        {
            return refusal;
        }

        var builder = new RecordBatchBuilder(new RecordBatchOptions());
        var handedOver = false;
        try
        {
            using var reader = new RecordReader();
            var fault = RecordConverter.UpConvert(records.Span[..length], builder, reader);
            if (fault != RecordFault.None)
            {
                return RecordValidator.Refuse(fault, records.Span, rules);
            }

            if (builder.Count == 0)
            {
                return RecordValidator.Invalid($"A compressed message for {rules.Partition} holds no messages; at least one was expected");
            }

            handedOver = true;
            return BatchRepacker.Validate(builder.Build(), rules.Config.Compression ?? codec, rules, builder) with { IsConverted = true };
        }
        catch (CodecUnavailableException missing)
        {
            return ValidatedRecords.Refused(ErrorCode.UnsupportedCompressionType, missing.Message);
        }
        catch (ArgumentException tooLarge)
        {
            return ValidatedRecords.Refused(ErrorCode.MessageTooLarge, tooLarge.Message, RefusalCause.TooLarge);
        }
        finally
        {
            if (!handedOver)
            {
                builder.Dispose();
            }
        }
    }

    /// <summary>Looks at the outer messages: their formats and sizes, where the last whole one ends, the codec of a wrapper.</summary>
    private static ValidatedRecords? Survey(ReadOnlySpan<byte> bytes, in ValidationRules rules, out int length, out CompressionType codec)
    {
        codec = CompressionType.None;
        sbyte magic = -1;
        var count = 0;
        var batches = new RecordBatchEnumerator(bytes);
        while (batches.MoveNext())
        {
            var message = batches.Current;
            count++;
            length = batches.Position;
            if (message.Size > rules.Config.MaxMessageBytes)
            {
                return BatchValidator.CheckSize(message.Size, rules);
            }

            if (magic >= 0 && message.Magic != magic)
            {
                return RecordValidator.Invalid(
                    $"Messages for {rules.Partition} have magic {magic} and {message.Magic}; all messages of a request have the same",
                    RefusalCause.InvalidMagic);
            }

            magic = message.Magic;
            codec = message.Compression == CompressionType.None ? codec : message.Compression;
        }

        length = batches.Position;
        if (batches.Fault is not (RecordFault.None or RecordFault.Truncated))
        {
            return RecordValidator.Refuse(batches.Fault, bytes[batches.Position..], rules);
        }

        return codec != CompressionType.None && count > 1
            ? RecordValidator.Invalid($"Records for {rules.Partition} hold {count} messages, some of them compressed; a compressed message must be the only one")
            : null;
    }
}

using System.Globalization;
using Samsa.Protocol;
using Samsa.Protocol.Records;

namespace Samsa.Storage.Validation;

/// <summary>
/// Judges the records of a produce request and makes them ready for the log: one batch of magic 2, timestamps settled,
/// stored with the topic's codec. Runs on the caller's thread outside any lock. Bad records are values, never exceptions.
/// A batch that needs no change is validated where it lies, without a copy or an allocation.
/// Departs from Kafka: a compressed payload is inflated only when a rule asks for it (keys of a compacted topic, timestamp
/// bounds, another codec); otherwise its header, its CRC and the first bytes of its codec are all that is checked.
/// </summary>
public static class RecordValidator
{
    /// <summary>
    /// Validates <paramref name="records"/>, which may be changed in place. Dispose the result after the append.
    /// </summary>
    public static ValidatedRecords Validate(Memory<byte> records, in ValidationRules rules)
    {
        var bytes = records.Span;
        if (FindFirst(bytes, rules, out var size, out var magic) is { } refusal)
        {
            return refusal with { IsMalformed = true };
        }

        if (magic != RecordBatch.CurrentMagic)
        {
            return rules.OnlyBatches
                ? Invalid($"Records for {rules.Partition} have magic {magic}; produce requests from version {ValidationRules.FirstVersionOfBatches} on carry magic 2", RefusalCause.InvalidMagic) with { IsMalformed = true }
                : LegacyRecords.Convert(records, rules);
        }

        return CheckRest(bytes[size..], rules) is { } excess
            ? excess with { IsMalformed = true }
            : BatchValidator.Validate(records[..size], rules);
    }

    /// <summary>A refusal for records that are not what they should be.</summary>
    internal static ValidatedRecords Invalid(FormattableString message, RefusalCause cause = RefusalCause.None) =>
        ValidatedRecords.Refused(ErrorCode.InvalidRecord, message.ToString(CultureInfo.InvariantCulture), cause);

    /// <summary>A refusal for bytes that were damaged on their way.</summary>
    internal static ValidatedRecords Corrupt(FormattableString message, RefusalCause cause = RefusalCause.None) =>
        ValidatedRecords.Refused(ErrorCode.CorruptMessage, message.ToString(CultureInfo.InvariantCulture), cause);

    /// <summary>The refusal that fits a structural fault of the bytes that begin with <paramref name="bytes"/>.</summary>
    internal static ValidatedRecords Refuse(RecordFault fault, ReadOnlySpan<byte> bytes, in ValidationRules rules) => fault switch
    {
        RecordFault.InvalidMagic => ValidatedRecords.Refused(
            ErrorCode.CorruptMessage,
            string.Create(CultureInfo.InvariantCulture, $"Invalid magic found in record: {(sbyte)bytes[RecordBatchHeader.MagicPosition]}"),
            RefusalCause.InvalidMagic),
        RecordFault.InvalidCrc => Corrupt($"{fault.Describe()} ({rules.Partition})", RefusalCause.InvalidCrc),
        RecordFault.InvalidSize => Corrupt($"{fault.Describe()} ({rules.Partition})"),
        RecordFault.UnknownCodec or RecordFault.CorruptCompression => ValidatedRecords.Refused(
            ErrorCode.UnknownServerError, $"{fault.Describe()} ({rules.Partition})"),
        RecordFault.TooLarge => ValidatedRecords.Refused(
            ErrorCode.MessageTooLarge, $"{fault.Describe()} ({rules.Partition})", RefusalCause.TooLarge),
        _ => Invalid($"{fault.Describe()} ({rules.Partition})"),
    };

    private static ValidatedRecords? FindFirst(ReadOnlySpan<byte> bytes, in ValidationRules rules, out int size, out sbyte magic)
    {
        var fault = RecordBatch.ReadSize(bytes, out size, out magic);
        if (fault == RecordFault.None && size <= bytes.Length)
        {
            return null;
        }

        return fault is RecordFault.None or RecordFault.Truncated
            ? Invalid($"Records for {rules.Partition} hold no whole batch: they take {bytes.Length} bytes; at least one batch was expected")
            : Refuse(fault, bytes, rules);
    }

    /// <summary>After a batch nothing may come but the cut-off beginning of another, which is ignored as Kafka does.</summary>
    private static ValidatedRecords? CheckRest(ReadOnlySpan<byte> rest, in ValidationRules rules)
    {
        if (rest.IsEmpty)
        {
            return null;
        }

        var fault = RecordBatch.ReadSize(rest, out var size, out _);
        if (fault == RecordFault.Truncated || (fault == RecordFault.None && size > rest.Length))
        {
            return null;
        }

        return fault == RecordFault.None
            ? Invalid($"Records for {rules.Partition} hold more than one batch; exactly one was expected")
            : Refuse(fault, rest, rules);
    }
}

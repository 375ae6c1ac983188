using System.Runtime.CompilerServices;
using Samsa.Protocol.Records;

namespace Samsa.Storage.Validation;

/// <summary>
/// The outcome of one pass over the plain records of a batch of magic 2, in which everything is checked that can be checked
/// without understanding keys and values: every length, that offset deltas count up from 0, timestamp bounds, null keys.
/// </summary>
/// <param name="Fault">What is wrong with the bytes; None when they are sound.</param>
/// <param name="FaultIndex">The record at which the walk broke off.</param>
/// <param name="MaxTimestamp">The largest timestamp of a record in ms, -1 when none is larger.</param>
/// <param name="MaxTimestampIndex">The first record that has it; the last record when there is none.</param>
/// <param name="Breaches">Sound records that break a rule of the topic, null when there are none.</param>
internal readonly record struct RecordWalk(
    RecordFault Fault, int FaultIndex, long MaxTimestamp, int MaxTimestampIndex, RuleBreaches? Breaches)
{
    private const int Attributes = 1;

    /// <summary>
    /// Walks the records. This is the broker's hottest loop: one pass, varints read by hand, no views; it allocates only
    /// for records that it refuses.
    /// </summary>
    internal static RecordWalk Run(ReadOnlySpan<byte> records, RecordBatchHeader header, in ValidationRules rules)
    {
        var count = header.RecordCount;
        var baseTimestamp = header.BaseTimestamp;
        var earliest = rules.EarliestTimestamp;
        var latest = rules.LatestTimestamp;
        var needsKeys = rules.Config.Compact;
        var maxTimestamp = RecordBatch.NoTimestamp;
        var maxIndex = count - 1;
        RuleBreaches? breaches = null;
        var position = 0;
        for (var index = 0; index < count; index++)
        {
            if (position == records.Length)
            {
                return Broken(RecordFault.WrongRecordCount, index);
            }

            if (!TryReadVarint(records, ref position, out var length) || (ulong)length > (ulong)(records.Length - position))
            {
                return Broken(RecordFault.InvalidRecord, index);
            }

            // From here on nothing may reach beyond the record's own end. Of its attributes no bit is in use.
            var record = records.Slice(position, (int)length);
            position += (int)length;
            var at = Attributes;
            if (!TryReadVarint(record, ref at, out var timestampDelta)
                || !TryReadVarint(record, ref at, out var offsetDelta)
                || offsetDelta != index
                || !TryReadVarint(record, ref at, out var keyLength)
                || !TrySkip(record, ref at, keyLength)
                || !TryReadVarint(record, ref at, out var valueLength)
                || !TrySkip(record, ref at, valueLength)
                || !TryReadVarint(record, ref at, out var headerCount)
                || !(headerCount == 0 ? at == record.Length : AreHeadersSound(record[at..], headerCount)))
            {
                return Broken(RecordFault.InvalidRecord, index);
            }

            var timestamp = baseTimestamp + timestampDelta;
            if (timestamp > maxTimestamp)
            {
                maxTimestamp = timestamp;
                maxIndex = index;
            }

            if (needsKeys && keyLength < 0)
            {
                (breaches ??= new RuleBreaches(rules.Partition)).AddMissingKey(index);
            }
            else if ((timestamp < earliest || timestamp > latest) && timestamp != RecordBatch.NoTimestamp)
            {
                (breaches ??= new RuleBreaches(rules.Partition)).AddTimestamp(index, timestamp, earliest, latest);
            }
        }

        return position == records.Length
            ? new RecordWalk(RecordFault.None, -1, maxTimestamp, maxIndex, breaches)
            : Broken(RecordFault.WrongRecordCount, count);
    }

    private static RecordWalk Broken(RecordFault fault, int index) => new(fault, index, RecordBatch.NoTimestamp, -1, null);

    private static bool AreHeadersSound(ReadOnlySpan<byte> headers, long count)
    {
        // Every header takes two bytes at least, so a count that lies ends the loop early.
        var at = 0;
        for (var i = 0L; i < count; i++)
        {
            if (!TryReadVarint(headers, ref at, out var keyLength)
                || keyLength < 0
                || !TrySkip(headers, ref at, keyLength)
                || !TryReadVarint(headers, ref at, out var valueLength)
                || !TrySkip(headers, ref at, valueLength))
            {
                return false;
            }
        }

        return count >= 0 && at == headers.Length;
    }

    /// <summary>Steps over bytes with a length of -1 (null) or more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TrySkip(ReadOnlySpan<byte> bytes, ref int position, long length)
    {
        if ((ulong)length <= (ulong)(bytes.Length - position))
        {
            position += (int)length;
            return true;
        }

        return length == -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryReadVarint(ReadOnlySpan<byte> bytes, ref int position, out long value)
    {
        if ((uint)position < (uint)bytes.Length)
        {
            uint first = bytes[position];
            if (first < 0x80)
            {
                position++;
                value = (first >> 1) ^ -(long)(first & 1);
                return true;
            }
        }

        return TryReadLongVarint(bytes, ref position, out value);
    }

    private static bool TryReadLongVarint(ReadOnlySpan<byte> bytes, ref int position, out long value)
    {
        ulong raw = 0;
        for (var shift = 0; shift < 70 && (uint)position < (uint)bytes.Length; shift += 7)
        {
            ulong next = bytes[position++];
            raw |= (next & 0x7f) << shift;
            if (next < 0x80)
            {
                value = (long)(raw >> 1) ^ -(long)(raw & 1);
                return true;
            }
        }

        value = 0;
        return false;
    }
}

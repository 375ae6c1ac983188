using System.Buffers.Binary;

namespace Samsa.Protocol.Records;

/// <summary>
/// The layout of a message of magic 0 or 1: offset, size, CRC-32 of all that follows it, magic, attributes, timestamp
/// (magic 1 only, KIP-32), key and value with int32 lengths. The methods expect one whole message, whose size
/// <see cref="RecordBatch.ReadSize"/> has checked.
/// </summary>
internal static class LegacyMessage
{
    public const int CrcPosition = 12;
    public const int AttributesPosition = 17;
    public const int TimestampPosition = 18;

    private const int KeyPositionV0 = 18;
    private const int KeyPositionV1 = 26;

    public static TimestampType TimestampTypeOf(ReadOnlySpan<byte> message) =>
        (message[AttributesPosition] & RecordBatchHeader.TimestampTypeMask) != 0 ? TimestampType.LogAppendTime : TimestampType.CreateTime;

    public static CompressionType CompressionOf(ReadOnlySpan<byte> message) =>
        (CompressionType)(message[AttributesPosition] & RecordBatchHeader.CompressionMask);

    public static long TimestampOf(ReadOnlySpan<byte> message) => message[RecordBatchHeader.MagicPosition] == 0
        ? RecordBatch.NoTimestamp
        : BinaryPrimitives.ReadInt64BigEndian(message[TimestampPosition..]);

    public static bool IsCrcValid(ReadOnlySpan<byte> message) =>
        BinaryPrimitives.ReadUInt32BigEndian(message[CrcPosition..]) == ComputeCrc(message);

    public static uint ComputeCrc(ReadOnlySpan<byte> message) => Crc32.Compute(message[RecordBatchHeader.MagicPosition..]);

    /// <summary>The bytes a message takes, offset and size included.</summary>
    public static long SizeOf(sbyte magic, int keyLength, int valueLength) =>
        (magic == 0 ? KeyPositionV0 : KeyPositionV1) + 8L + keyLength + valueLength;

    /// <summary>Reads key and value; false unless they take exactly the bytes of the message.</summary>
    public static bool TryReadContent(ReadOnlySpan<byte> message, out OptionalBytes key, out OptionalBytes value)
    {
        var rest = message[(message[RecordBatchHeader.MagicPosition] == 0 ? KeyPositionV0 : KeyPositionV1)..];
        value = default;
        return TryTake(ref rest, out key) && TryTake(ref rest, out value) && rest.IsEmpty;
    }

    /// <summary>Writes one message that takes the whole destination.</summary>
    public static void Write(
        Span<byte> destination, sbyte magic, long offset, int attributes, long timestamp, OptionalBytes key, OptionalBytes value)
    {
        BinaryPrimitives.WriteInt64BigEndian(destination, offset);
        BinaryPrimitives.WriteInt32BigEndian(destination[RecordBatchHeader.BatchLengthPosition..], destination.Length - RecordBatchHeader.LogOverhead);
        destination[RecordBatchHeader.MagicPosition] = (byte)magic;
        destination[AttributesPosition] = (byte)attributes;
        if (magic > 0)
        {
            BinaryPrimitives.WriteInt64BigEndian(destination[TimestampPosition..], timestamp);
        }

        var rest = destination[(magic == 0 ? KeyPositionV0 : KeyPositionV1)..];
        Put(ref rest, key);
        Put(ref rest, value);
        BinaryPrimitives.WriteUInt32BigEndian(destination[CrcPosition..], ComputeCrc(destination));
    }

    private static bool TryTake(scoped ref ReadOnlySpan<byte> source, out OptionalBytes bytes)
    {
        bytes = default;
        if (source.Length < 4)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(source);
        source = source[4..];
        if (length == -1)
        {
            return true;
        }

        if ((uint)length > (uint)source.Length)
        {
            return false;
        }

        bytes = new OptionalBytes(source[..length]);
        source = source[length..];
        return true;
    }

    private static void Put(ref Span<byte> destination, OptionalBytes bytes)
    {
        BinaryPrimitives.WriteInt32BigEndian(destination, bytes.WireLength);
        bytes.Span.CopyTo(destination[4..]);
        destination = destination[(4 + bytes.Length)..];
    }
}

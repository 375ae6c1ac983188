using System.Buffers.Binary;

namespace Samsa.Protocol.Records;

/// <summary>
/// The layout of a message of magic 0 or 1: offset, size, CRC-32 of all that follows it, magic, attributes, timestamp
/// (magic 1 only, KIP-32), key and value with int32 lengths.
/// </summary>
internal static class LegacyMessage
{
    public const int CrcPosition = 12;
    public const int AttributesPosition = 17;
    public const int TimestampPosition = 18;
    public const int KeyPositionV0 = 18;
    public const int KeyPositionV1 = 26;

    public static TimestampType TimestampTypeOf(ReadOnlySpan<byte> message) =>
        (message[AttributesPosition] & RecordBatchHeader.TimestampTypeMask) != 0 ? TimestampType.LogAppendTime : TimestampType.CreateTime;

    public static long TimestampOf(ReadOnlySpan<byte> message) => BinaryPrimitives.ReadInt64BigEndian(message[TimestampPosition..]);

    public static bool IsCrcValid(ReadOnlySpan<byte> message) =>
        BinaryPrimitives.ReadUInt32BigEndian(message[CrcPosition..]) == ComputeCrc(message);

    public static uint ComputeCrc(ReadOnlySpan<byte> message) => Crc32.Compute(message[RecordBatchHeader.MagicPosition..]);
}

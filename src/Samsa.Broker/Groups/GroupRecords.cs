using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;

namespace Samsa.Broker.Groups;

/// <summary>
/// The records of <c>__consumer_offsets</c>: an int16 that says which, then the message. Written in the versions that Kafka 3.9
/// writes, so that it can take a log back.
/// </summary>
internal static class GroupRecords
{
    /// <summary>The record types of keys, as the schemas number them. Offsets were once written with type 0, too.</summary>
    public const short OldOffsetKey = 0;
    public const short OffsetKey = 1;
    public const short ClassicGroupKey = 2;

    private const short OffsetValueVersion = 3;
    private const short OffsetValueVersionWithExpiry = 1;
    private const short GroupValueVersion = 3;

    /// <summary>An offset that a group commits. One with an expiry of its own needs the last version that has a field for it.</summary>
    public static GroupRecord Offset(string group, TopicPartition partition, CommittedOffset offset)
    {
        var version = offset.ExpireTimestamp >= 0 ? OffsetValueVersionWithExpiry : OffsetValueVersion;
        var value = new OffsetCommitValue
        {
            Offset = offset.Offset,
            LeaderEpoch = offset.LeaderEpoch,
            Metadata = offset.Metadata,
            CommitTimestamp = offset.CommitTimestamp,
            ExpireTimestamp = offset.ExpireTimestamp,
        };
        return new GroupRecord(Key(OffsetKey, OffsetKeyOf(group, partition)), Encode(version, value, version));
    }

    /// <summary>The end of an offset.</summary>
    public static GroupRecord OffsetTombstone(string group, TopicPartition partition) =>
        new(Key(OffsetKey, OffsetKeyOf(group, partition)), null);

    /// <summary>A classic group.</summary>
    public static GroupRecord ClassicGroup(string group, GroupMetadataValue value) =>
        new(Key(ClassicGroupKey, new GroupMetadataKey { Group = group }), Encode(GroupValueVersion, value, GroupValueVersion));

    /// <summary>The end of a classic group.</summary>
    public static GroupRecord ClassicGroupTombstone(string group) => new(Key(ClassicGroupKey, new GroupMetadataKey { Group = group }), null);

    /// <summary>The record type of a key; -1 for bytes that are none.</summary>
    public static short TypeOf(ReadOnlySpan<byte> key) =>
        key.Length < sizeof(short) ? (short)-1 : System.Buffers.Binary.BinaryPrimitives.ReadInt16BigEndian(key);

    /// <summary>Reads what follows the number in a key; all keys are of version 0.</summary>
    /// <exception cref="ProtocolViolationException">The bytes are no such key.</exception>
    public static TMessage ReadKey<TMessage>(ReadOnlyMemory<byte> key)
        where TMessage : class, IMessage, new() => Decode<TMessage>(key[sizeof(short)..], 0);

    /// <summary>Reads a value: its version, then the message.</summary>
    /// <exception cref="ProtocolViolationException">The bytes are no such value.</exception>
    /// <exception cref="UnsupportedVersionException">The value is of a version that is not known here.</exception>
    public static TMessage ReadValue<TMessage>(ReadOnlyMemory<byte> value)
        where TMessage : class, IMessage, new()
    {
        var version = TypeOf(value.Span);
        return Decode<TMessage>(value[Math.Min(value.Length, sizeof(short))..], version);
    }

    private static OffsetCommitKey OffsetKeyOf(string group, TopicPartition partition) =>
        new() { Group = group, Topic = partition.Topic, Partition = partition.Partition };

    /// <summary>The bytes of a key.</summary>
    internal static byte[] Key(short type, IMessage key) => Encode(type, key, 0);

    /// <summary>The bytes of a message behind a number: the type of a key, the version of a value.</summary>
    internal static byte[] Encode(short prefix, IMessage message, short version)
    {
        using var writer = new WireWriter();
        writer.WriteInt16(prefix);
        message.Write(writer, version);
        return writer.WrittenMemory.ToArray();
    }

    private static TMessage Decode<TMessage>(ReadOnlyMemory<byte> bytes, short version)
        where TMessage : class, IMessage, new()
    {
        var reader = new WireReader(bytes);
        var message = new TMessage();
        message.Read(ref reader, version);
        return message;
    }
}

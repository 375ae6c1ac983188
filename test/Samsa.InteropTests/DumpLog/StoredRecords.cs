using System.Buffers.Binary;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;
using Samsa.Protocol.Wire;
using Samsa.UnitTests.Protocol.Schemas;

namespace Samsa.InteropTests.DumpLog;

/// <summary>Logs with every stored record of a kind in every version, with random content made straight from the schemas.</summary>
internal static class StoredRecords
{
    private const int Samples = 3;

    /// <summary>A log of a coordinator's topic: an int16 before key and value.</summary>
    public static byte[] Coordinator(MessageKind keys, MessageKind values, int seed)
    {
        Random random = new(seed);
        return Log(MessageRegistry.Messages.Where(m => m.Kind == values).SelectMany(value =>
        {
            MessageDescriptor key = MessageRegistry.Find(keys, value.Key)!;
            return Versions(value).Select(version => (
                (byte[]?)Prefixed(value.Key, Encode(key, 0, random)), Prefixed(version, Encode(value, version, random))));
        }));
    }

    /// <summary>A log of framed records: three varints before the value, no key.</summary>
    public static byte[] Framed(MessageKind kind, int seed)
    {
        Random random = new(seed);
        return Log(MessageRegistry.Messages.Where(m => m.Kind == kind).SelectMany(message =>
            Versions(message).Select(version =>
                ((byte[]?)null, (byte[])[1, (byte)message.Key, (byte)version, .. Encode(message, version, random)]))));
    }

    /// <summary>Metadata of consumer groups, whose members keep messages inside their bytes; some are none.</summary>
    public static byte[] ConsumerGroups(int seed)
    {
        Random random = new(seed);
        return Log(Enumerable.Range(0, 40).Select(i =>
        {
            GroupMetadataValue value = new() { ProtocolType = i % 8 == 7 ? "connect" : "consumer", Protocol = "range", Leader = "m" };
            for (int member = 0; member < 3; member++)
            {
                value.Members.Add(new GroupMetadataValue.MemberMetadata
                {
                    MemberId = $"m{member}",
                    ClientId = "c\"\\\u0001\u007f",
                    Subscription = Inner("ConsumerProtocolSubscription", random),
                    Assignment = Inner("ConsumerProtocolAssignment", random),
                });
            }

            using WireWriter writer = new();
            value.Write(writer, 3);
            return ((byte[]?)Prefixed(2, [0, 1, (byte)'g']), Prefixed(3, writer.ToArray()));
        }));
    }

    /// <summary>States of transactional ids, with up to thirty partitions each.</summary>
    public static byte[] Transactions(int seed)
    {
        Random random = new(seed);
        return Log(Enumerable.Range(0, 48).Select(i =>
        {
            TransactionLogValue value = new()
            {
                ProducerId = i,
                ProducerEpoch = (short)i,
                TransactionTimeoutMs = 60_000,
                TransactionStatus = (sbyte)(i % 8),
                TransactionLastUpdateTimestampMs = 5,
                TransactionStartTimestampMs = 6,
            };
            for (int topic = 0; topic < i % 4; topic++)
            {
                value.TransactionPartitions!.Add(new TransactionLogValue.PartitionsSchema
                {
                    Topic = $"topic-{random.Next(1000)}",
                    PartitionIds = [.. Enumerable.Range(random.Next(50), random.Next(1, 10))],
                });
            }

            using WireWriter writer = new();
            value.Write(writer, (short)(i / 24));
            return ((byte[]?)Prefixed(0, [0, 1, (byte)'t']), Prefixed((short)(i / 24), writer.ToArray()));
        }));
    }

    /// <summary>Segments in remote storage in all their states.</summary>
    public static byte[] Remote(int seed)
    {
        Random random = new(seed);
        byte[] id = new byte[16];
        return Log(Enumerable.Range(0, 36).Select(i =>
        {
            random.NextBytes(id);
            IMessage message = (i % 3) switch
            {
                0 => new RemoteLogSegmentMetadataRecord
                {
                    RemoteLogSegmentId = new() { TopicIdPartition = new() { Name = "t", Id = new Guid(id), Partition = i }, Id = new Guid(id) },
                    StartOffset = i,
                    EndOffset = i + 10,
                    BrokerId = 3,
                    MaxTimestampMs = 8,
                    EventTimestampMs = 9,
                    SegmentLeaderEpochs = [new() { LeaderEpoch = 0, Offset = i }, new() { LeaderEpoch = 4, Offset = i + 3 }],
                    SegmentSizeInBytes = 1000,
                    CustomMetadata = i % 2 == 0 ? null : new byte[] { 1, 2, 3 },
                    RemoteLogSegmentState = (sbyte)(i / 3 % 4),
                    TxnIndexEmpty = i % 2 == 1,
                },
                1 => new RemoteLogSegmentMetadataUpdateRecord
                {
                    RemoteLogSegmentId = new() { TopicIdPartition = new() { Name = "t", Id = new Guid(id), Partition = i }, Id = new Guid(id) },
                    BrokerId = 3,
                    EventTimestampMs = 9,
                    CustomMetadata = i % 2 == 0 ? null : new byte[] { 1, 2, 3 },
                    RemoteLogSegmentState = (sbyte)(i / 3 % 4),
                },
                _ => new RemotePartitionDeleteMetadataRecord
                {
                    TopicIdPartition = new() { Name = "t", Id = new Guid(id), Partition = i },
                    BrokerId = 3,
                    EventTimestampMs = 9,
                    RemotePartitionDeleteState = (sbyte)(i / 3 % 3),
                },
            };
            using WireWriter writer = new();
            message.Write(writer, 0);
            return ((byte[]?)null, (byte[])[1, (byte)(i % 3), 0, .. writer.ToArray()]);
        }));
    }

    private static byte[] Inner(string name, Random random)
    {
        MessageDescriptor message = SchemaCatalog.Descriptor(name);
        short version = (short)random.Next(message.HighestVersion + 1);
        return Prefixed(version, Encode(message, version, random));
    }

    private static IEnumerable<short> Versions(MessageDescriptor message) =>
        Enumerable.Range(message.LowestVersion, message.HighestVersion - message.LowestVersion + 1)
            .SelectMany(version => Enumerable.Repeat((short)version, Samples));

    private static byte[] Encode(MessageDescriptor message, int version, Random random) =>
        SchemaEncoder.Encode(SchemaCatalog.Messages[message.Name], version, random);

    private static byte[] Prefixed(short prefix, byte[] bytes)
    {
        byte[] result = [0, 0, .. bytes];
        BinaryPrimitives.WriteInt16BigEndian(result, prefix);
        return result;
    }

    private static byte[] Log(IEnumerable<(byte[]? Key, byte[] Value)> records)
    {
        using RecordBatchBuilder builder = new(new RecordBatchOptions());
        foreach ((byte[]? key, byte[] value) in records)
        {
            builder.Append(1_700_000_000_000, key, value);
        }

        return builder.Build().ToArray();
    }
}

using Samsa.Broker.Metadata;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;

namespace Samsa.Broker.Groups.Consumers;

/// <summary>
/// What consumers of the classic protocol say about themselves and are told in bytes of their own: an int16 version, then the message.
/// Stateless.
/// </summary>
internal static class ConsumerProtocol
{
    private const short NewestVersion = 3;

    /// <summary>Reads a subscription; null for bytes that are none. One from the future is read like the newest known.</summary>
    public static ConsumerProtocolSubscription? ReadSubscription(ReadOnlyMemory<byte> bytes) => Read<ConsumerProtocolSubscription>(bytes);

    /// <summary>Reads an assignment; null for bytes that are none.</summary>
    public static ConsumerProtocolAssignment? ReadAssignment(ReadOnlyMemory<byte> bytes) => Read<ConsumerProtocolAssignment>(bytes);

    /// <summary>The version of a subscription, which is the one that its member understands.</summary>
    public static short VersionOf(ReadOnlySpan<byte> subscription) => Math.Clamp(GroupRecords.TypeOf(subscription), (short)0, NewestVersion);

    /// <summary>An assignment in bytes.</summary>
    public static byte[] WriteAssignment(PartitionMap partitions, short version, MetadataImage cluster)
    {
        var assignment = new ConsumerProtocolAssignment();
        foreach (var (topic, owned) in partitions.Topics)
        {
            if (cluster.FindTopic(topic) is { } known)
            {
                assignment.AssignedPartitions.Add(new ConsumerProtocolAssignment.TopicPartition
                {
                    Topic = known.Name,
                    Partitions = [.. owned.Select(static one => one.Partition)],
                });
            }
        }

        return GroupRecords.Encode(version, assignment, version);
    }

    /// <summary>What a member says that it has, with the topics' ids.</summary>
    public static PartitionMap OwnedOf(ConsumerProtocolSubscription subscription, MetadataImage cluster)
    {
        var partitions = new List<KeyValuePair<Guid, OwnedPartition>>();
        foreach (var topic in subscription.OwnedPartitions)
        {
            if (cluster.FindTopic(topic.Topic) is { } known)
            {
                foreach (var partition in topic.Partitions)
                {
                    partitions.Add(new(known.Id, new OwnedPartition(partition)));
                }
            }
        }

        return PartitionMap.Of(partitions);
    }

    /// <summary>What a member was assigned, with the topics' ids, given in an epoch.</summary>
    public static PartitionMap AssignedOf(ConsumerProtocolAssignment assignment, int epoch, MetadataImage cluster)
    {
        var partitions = new List<KeyValuePair<Guid, OwnedPartition>>();
        foreach (var topic in assignment.AssignedPartitions)
        {
            if (cluster.FindTopic(topic.Topic) is { } known)
            {
                foreach (var partition in topic.Partitions)
                {
                    partitions.Add(new(known.Id, new OwnedPartition(partition, epoch)));
                }
            }
        }

        return PartitionMap.Of(partitions);
    }

    private static TMessage? Read<TMessage>(ReadOnlyMemory<byte> bytes)
        where TMessage : class, IMessage, new()
    {
        try
        {
            var reader = new WireReader(bytes);
            var version = reader.ReadInt16();
            if (version < 0)
            {
                return null;
            }

            var message = new TMessage();
            message.Read(ref reader, Math.Min(version, NewestVersion));
            return message;
        }
        catch (ProtocolViolationException)
        {
            return null;
        }
    }
}

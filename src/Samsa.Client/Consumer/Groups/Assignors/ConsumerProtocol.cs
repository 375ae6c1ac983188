using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;

namespace Samsa.Client.Consumer.Groups.Assignors;

/// <summary>
/// The bytes by which consumers of a classic group speak to each other through the coordinator (protocol type <c>consumer</c>): a version, then
/// the message. Versions that are newer than known are read as the newest known, because each only adds to the end of the one before;
/// what follows is not looked at.
/// </summary>
internal static class ConsumerProtocol
{
    /// <summary>The protocol type of such groups in JoinGroup.</summary>
    public const string ProtocolType = "consumer";

    private const short NewestVersion = 3;

    /// <summary>A subscription for JoinGroup, byte for byte as the Java client writes it: topics and owned partitions sorted.</summary>
    public static byte[] Encode(MemberSubscription subscription, short version = NewestVersion)
    {
        var message = new ConsumerProtocolSubscription
        {
            UserData = subscription.UserData,
            GenerationId = subscription.Generation,
            RackId = NullIfEmpty(subscription.RackId),
        };
        message.Topics.AddRange(subscription.Topics);
        message.Topics.Sort(StringComparer.Ordinal);
        var owned = subscription.OwnedPartitions.ToList();
        owned.Sort(static (a, b) => string.CompareOrdinal(a.Topic, b.Topic) is not 0 and var byTopic ? byTopic : a.Partition.CompareTo(b.Partition));
        ConsumerProtocolSubscription.TopicPartition? topic = null;
        foreach (var (name, partition) in owned)
        {
            if (topic?.Topic != name)
            {
                message.OwnedPartitions.Add(topic = new ConsumerProtocolSubscription.TopicPartition { Topic = name });
            }

            topic.Partitions.Add(partition);
        }

        return Write(message, version);
    }

    /// <summary>An assignment for SyncGroup: topics in the order of their first partition, partitions of a topic in their order.</summary>
    public static byte[] Encode(MemberAssignment assignment, short version = NewestVersion)
    {
        var message = new ConsumerProtocolAssignment { UserData = assignment.UserData };
        var topics = new Dictionary<string, ConsumerProtocolAssignment.TopicPartition>(StringComparer.Ordinal);
        foreach (var (name, partition) in assignment.Partitions)
        {
            if (!topics.TryGetValue(name, out var topic))
            {
                topics.Add(name, topic = new ConsumerProtocolAssignment.TopicPartition { Topic = name });
                message.AssignedPartitions.Add(topic);
            }

            topic.Partitions.Add(partition);
        }

        return Write(message, version);
    }

    /// <summary>Reads what a member said when it joined.</summary>
    /// <param name="bytes">The metadata in the answer to JoinGroup. The user data of the result is a slice of it.</param>
    /// <param name="memberId">The member's id, which the answer has beside the bytes.</param>
    /// <param name="instanceId">The id of a static member, which the answer has beside the bytes.</param>
    /// <exception cref="ProtocolViolationException">The bytes are no subscription.</exception>
    public static MemberSubscription DecodeSubscription(ReadOnlyMemory<byte> bytes, string memberId, string? instanceId)
    {
        var message = new ConsumerProtocolSubscription();
        Read(message, bytes);
        var owned = new List<TopicPartition>();
        foreach (var topic in message.OwnedPartitions)
        {
            foreach (var partition in topic.Partitions)
            {
                owned.Add(new TopicPartition(topic.Topic, partition));
            }
        }

        return new MemberSubscription(memberId, message.Topics)
        {
            InstanceId = instanceId,
            UserData = message.UserData,
            OwnedPartitions = owned,
            Generation = message.GenerationId,
            RackId = NullIfEmpty(message.RackId),
        };
    }

    /// <summary>Reads what the leader gave this member. No bytes at all stand for no partitions: a leader that forgot the member.</summary>
    /// <exception cref="ProtocolViolationException">The bytes are no assignment.</exception>
    public static MemberAssignment DecodeAssignment(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return MemberAssignment.None;
        }

        var message = new ConsumerProtocolAssignment();
        Read(message, bytes);
        var partitions = new List<TopicPartition>();
        foreach (var topic in message.AssignedPartitions)
        {
            foreach (var partition in topic.Partitions)
            {
                partitions.Add(new TopicPartition(topic.Topic, partition));
            }
        }

        return new MemberAssignment(partitions, message.UserData);
    }

    private static string? NullIfEmpty(string? rack) => rack is "" ? null : rack;

    private static byte[] Write(IMessage message, short version)
    {
        using var writer = new WireWriter();
        writer.WriteInt16(version);
        message.Write(writer, version);
        return writer.WrittenMemory.ToArray();
    }

    private static void Read(IMessage message, ReadOnlyMemory<byte> bytes)
    {
        var reader = new WireReader(bytes);
        var version = reader.ReadInt16();
        if (version < 0)
        {
            throw new ProtocolViolationException($"A consumer of the group sent version {version} of the consumer protocol; versions begin at 0.");
        }

        message.Read(ref reader, Math.Min(version, NewestVersion));
    }
}

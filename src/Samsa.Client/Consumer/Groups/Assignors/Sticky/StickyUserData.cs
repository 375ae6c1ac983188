using Samsa.Protocol;
using Samsa.Protocol.Wire;

namespace Samsa.Client.Consumer.Groups.Assignors.Sticky;

/// <summary>
/// What a member of <see cref="StickyAssignor"/> remembers of its last assignment: topics with their partitions, then the generation, which
/// clients before Kafka 2.3 lack. There is no version in it.
/// </summary>
internal static class StickyUserData
{
    // A length and no characters; a length and no elements.
    private const int LeastTopicSize = sizeof(short) + sizeof(int);

    /// <summary>Byte for byte as the Java client writes it: topics in the order of its map, partitions in theirs.</summary>
    public static byte[] Encode(IReadOnlyList<TopicPartition> partitions, int generation)
    {
        var byTopic = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        var names = new List<string>();
        foreach (var (topic, partition) in partitions)
        {
            if (!byTopic.TryGetValue(topic, out var list))
            {
                byTopic.Add(topic, list = []);
                names.Add(topic);
            }

            list.Add(partition);
        }

        using var writer = new WireWriter();
        writer.WriteArrayLength(names.Count, flexible: false);
        foreach (var name in JavaOrder.OfComputed(names, static name => name))
        {
            writer.WriteString(name, flexible: false);
            writer.WriteArrayLength(byTopic[name].Count, flexible: false);
            foreach (var partition in byTopic[name])
            {
                writer.WriteInt32(partition);
            }
        }

        writer.WriteInt32(generation);
        return writer.WrittenMemory.ToArray();
    }

    /// <summary>Reads it. Bytes that are something else stand for a member that had nothing.</summary>
    public static StickyMember Decode(ReadOnlyMemory<byte>? userData)
    {
        if (userData is not { Length: > 0 } bytes)
        {
            return new StickyMember([], StickyMember.NoGeneration);
        }

        try
        {
            var partitions = new List<TopicPartition>();
            var reader = new WireReader(bytes);
            for (var topics = reader.ReadArrayLength(flexible: false, LeastTopicSize); topics > 0; topics--)
            {
                var name = reader.ReadString(flexible: false) ?? throw new ProtocolViolationException("The name of a topic is null.");
                for (var count = reader.ReadArrayLength(flexible: false, sizeof(int)); count > 0; count--)
                {
                    partitions.Add(new TopicPartition(name, reader.ReadInt32()));
                }
            }

            return new StickyMember(partitions, reader.Remaining >= sizeof(int) ? reader.ReadInt32() : StickyMember.NoGeneration);
        }
        catch (ProtocolViolationException)
        {
            return new StickyMember([], StickyMember.NoGeneration);
        }
    }
}

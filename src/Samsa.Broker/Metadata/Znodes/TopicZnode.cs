using System.Globalization;
using System.Text.Json;
using Samsa.Protocol;

namespace Samsa.Broker.Metadata.Znodes;

/// <summary>
/// <c>/brokers/topics/T</c>: a topic's id and which brokers have its partitions. Version 3 is written (Kafka 2.8 to 3.9); older
/// ones are read, in which a topic has no id (<see cref="Guid.Empty"/>).
/// </summary>
/// <param name="Id">The topic's id.</param>
/// <param name="Replicas">The brokers of partition n at index n, the preferred leader first.</param>
internal sealed record TopicZnode(Guid Id, IReadOnlyList<IReadOnlyList<int>> Replicas)
{
    private const int MaxPartition = 1_000_000;

    /// <summary>Replicas that a reassignment adds, by partition.</summary>
    public IReadOnlyDictionary<int, int[]> Adding { get; init; } = new Dictionary<int, int[]>();

    /// <summary>Replicas that a reassignment takes away, by partition.</summary>
    public IReadOnlyDictionary<int, int[]> Removing { get; init; } = new Dictionary<int, int[]>();

    public byte[] Encode() => ZnodeJson.Write(this, static (writer, topic) =>
    {
        writer.WriteStartObject("partitions");
        for (var i = 0; i < topic.Replicas.Count; i++)
        {
            ZnodeJson.WriteNumbers(writer, Name(i), topic.Replicas[i]);
        }

        writer.WriteEndObject();
        if (topic.Id != Guid.Empty)
        {
            writer.WriteString("topic_id", KafkaUuid.Format(topic.Id));
        }

        WriteReplicas(writer, "adding_replicas", topic.Adding);
        WriteReplicas(writer, "removing_replicas", topic.Removing);
        writer.WriteNumber("version", 3);
    });

    /// <exception cref="ZnodeFormatException">It is no such node.</exception>
    public static TopicZnode Decode(string topic, ReadOnlyMemory<byte> data) => ZnodeJson.Read(ZnodePaths.Topic(topic), data, static root =>
    {
        var id = ZnodeJson.Text(root, "topic_id") is { } text ? KafkaUuid.Parse(text) : Guid.Empty;
        var partitions = ReadReplicas(root, "partitions");
        var replicas = new IReadOnlyList<int>[partitions.Count];
        for (var i = 0; i < replicas.Length; i++)
        {
            replicas[i] = partitions.TryGetValue(i, out var brokers) && brokers.Length > 0
                ? brokers
                : throw new FormatException($"partition {i} of {replicas.Length} has no replicas");
        }

        return replicas.Length == 0
            ? throw new FormatException("the topic has no partitions")
            : new TopicZnode(id, replicas) { Adding = ReadReplicas(root, "adding_replicas"), Removing = ReadReplicas(root, "removing_replicas") };
    });

    private static string Name(int partition) => partition.ToString(CultureInfo.InvariantCulture);

    private static void WriteReplicas(Utf8JsonWriter writer, string name, IReadOnlyDictionary<int, int[]> replicas)
    {
        writer.WriteStartObject(name);
        foreach (var (partition, brokers) in replicas.OrderBy(static pair => pair.Key))
        {
            ZnodeJson.WriteNumbers(writer, Name(partition), brokers);
        }

        writer.WriteEndObject();
    }

    private static Dictionary<int, int[]> ReadReplicas(JsonElement root, string name)
    {
        var replicas = new Dictionary<int, int[]>();
        if (root.TryGetProperty(name, out var partitions) && partitions.ValueKind != JsonValueKind.Null)
        {
            foreach (var property in partitions.EnumerateObject())
            {
                var partition = int.Parse(property.Name, NumberStyles.None, CultureInfo.InvariantCulture);
                replicas[partition] = partition < MaxPartition
                    ? ZnodeJson.Numbers(property.Value)
                    : throw new FormatException($"partition {partition} is beyond {MaxPartition}");
            }
        }

        return replicas;
    }
}

using System.Text;
using Samsa.Fuzz.Records;
using Samsa.Generators.Schema;

namespace Samsa.Fuzz.Messages;

/// <summary>
/// Makes up values for fields: mostly such as clients send, so that handlers get past their first checks, and some that nobody
/// should send. One thread at a time.
/// </summary>
internal sealed class NodeSource(Random random)
{
    /// <summary>Topics that the broker under test has, and names that it has not.</summary>
    private static readonly string[] TopicNames =
        ["plain", "plain", "compact", "recoded", "stamped", "segments", "idempotent", "missing", "", ".", "..", "a b", "größe", "__consumer_offsets",
         "__transaction_state", "__cluster_metadata", "plain.x", "plain_x", new('n', 249), new('n', 250), new('x', 5000), "a/b", "a\0b", "new-1", "new-2"];

    private static readonly string[] Texts = ["", "a", "__admin_client", "größe", "0", "-1", "1", "delete", "compact", "compact,delete", "compact delete", "zstd", "uncompressed", "true", "9223372036854775807", "2147483648", "LogAppendTime", "PLAINTEXT", new('y', 300)];

    private static readonly string[] ConfigNames =
        ["cleanup.policy", "retention.ms", "retention.bytes", "segment.bytes", "segment.ms", "max.message.bytes", "compression.type", "min.insync.replicas",
         "message.timestamp.type", "message.timestamp.before.max.ms", "segment.index.bytes", "index.interval.bytes", "flush.messages", "flush.ms",
         "file.delete.delay.ms", "log.retention.ms", "num.partitions", "log.cleaner.threads", "leader.replication.throttled.replicas", "no.such.key", "", "compression.gzip.level"];

    private static readonly long[] Numbers =
        [0, 0, 0, 1, 1, 2, 3, 5, -1, -1, -2, -3, -4, -5, -6, 7, 10, 100, 127, 128, 255, 256, 1000, 32767, 32768, -32768, 65535, 65536, 1 << 20,
         int.MaxValue, int.MaxValue - 1L, int.MinValue, (long)int.MaxValue + 1, 1_795_220_000_000, 1_795_220_000_001, long.MaxValue, long.MaxValue - 1, long.MinValue];

    /// <summary>The topic ids of <see cref="TopicNames"/>'s first ones, in the order of <c>FuzzBroker.Topics</c>.</summary>
    private static readonly Guid[] TopicIds = [.. Enumerable.Range(1, 6).Select(Targets.FuzzTopics.IdOf), Guid.Empty, new("ffffffff-ffff-ffff-ffff-ffffffffffff")];

    /// <summary>Whole messages are kept this small, unless a choice says otherwise.</summary>
    private int _budget;

    /// <summary>A whole message.</summary>
    public Node Message(MessageSchema message, int version)
    {
        _budget = random.Next(20) == 0 ? 4000 : 200;
        return Struct(message, null, message.Root, version);
    }

    /// <summary>A value for a field.</summary>
    public Node Value(MessageSchema message, FieldSchema field, int version)
    {
        if (field.Type.CanBeNull && random.Next(field.Nullable.Contains(version) ? 4 : 100) == 0)
        {
            return new Node(field, field.Type.IsStruct ? message.FindStruct(field.Type.Element) : null) { IsArray = field.Type.IsArray, IsNull = true };
        }

        if (!field.Type.IsArray)
        {
            return Element(message, field, version);
        }

        var array = new Node(field, null) { IsArray = true };
        var count = random.Next(40) == 0 ? random.Next(200) : random.Next(10) == 0 ? 0 : 1 + random.Next(3);
        for (var i = 0; i < count && _budget > 0; i++)
        {
            array.Items.Add(Element(message, field, version));
        }

        return array;
    }

    /// <summary>A value for one element of an array field, or for a field that is none.</summary>
    public Node Element(MessageSchema message, FieldSchema field, int version)
    {
        _budget--;
        if (field.Type.IsStruct)
        {
            return Struct(message, field, message.FindStruct(field.Type.Element)!, version);
        }

        var node = new Node(field, null);
        switch (field.Type.Element)
        {
            case "bool":
                node.Number = random.Next(2);
                break;
            case "uuid":
                node.Bytes = TopicIds[random.Next(TopicIds.Length)].ToByteArray(bigEndian: true);
                break;
            case "string":
                node.Bytes = Encoding.UTF8.GetBytes(Text(field));
                break;
            case "records":
                node.Bytes = new BatchForge(random).Records();
                break;
            case "bytes":
                node.Bytes = new byte[random.Next(8) == 0 ? random.Next(300) : random.Next(20)];
                random.NextBytes(node.Bytes);
                break;
            default:
                node.Number = Number(field);
                break;
        }

        return node;
    }

    /// <summary>A number for a field: its default or something small most of the time.</summary>
    public long Number(FieldSchema? field)
    {
        var name = field?.Name ?? "";
        if (name.Contains("bytes", StringComparison.OrdinalIgnoreCase) && random.Next(3) > 0)
        {
            return 1 << random.Next(31);
        }

        if ((name.Contains("acks", StringComparison.OrdinalIgnoreCase) || name.Contains("replicaId", StringComparison.OrdinalIgnoreCase)
            || name.Contains("epoch", StringComparison.OrdinalIgnoreCase)) && random.Next(3) > 0)
        {
            return random.Next(-1, 2);
        }

        if ((name.Contains("partition", StringComparison.OrdinalIgnoreCase) || name.Contains("index", StringComparison.OrdinalIgnoreCase)) && random.Next(4) > 0)
        {
            return random.Next(2);
        }

        if (name.Contains("offset", StringComparison.OrdinalIgnoreCase) && random.Next(2) > 0)
        {
            return random.Next(12);
        }

        return random.Next(20) == 0 ? random.NextInt64(long.MinValue, long.MaxValue) : Numbers[random.Next(Numbers.Length)];
    }

    private Node Struct(MessageSchema message, FieldSchema? field, StructSchema layout, int version)
    {
        var node = new Node(field, layout);
        foreach (var inner in layout.Fields)
        {
            if (inner.Versions.Contains(version) && (!inner.Tagged.Contains(version) || random.Next(3) == 0))
            {
                node.Items.Add(Value(message, inner, version));
            }
        }

        if (random.Next(60) == 0)
        {
            node.UnknownTags.Add(new((uint)random.Next(20), new byte[random.Next(6)]));
        }

        return node;
    }

    private string Text(FieldSchema field)
    {
        var name = field.Name;
        var isTopic = name.Contains("topic", StringComparison.OrdinalIgnoreCase) || name.Equals("name", StringComparison.OrdinalIgnoreCase)
            || name.Contains("resourceName", StringComparison.OrdinalIgnoreCase);
        return (name.Contains("config", StringComparison.OrdinalIgnoreCase) || name.Equals("name", StringComparison.OrdinalIgnoreCase)) && random.Next(2) == 0
            ? ConfigNames[random.Next(ConfigNames.Length)]
            : isTopic && random.Next(8) > 0
            ? TopicNames[random.Next(TopicNames.Length)]
            : Texts[random.Next(Texts.Length)];
    }
}

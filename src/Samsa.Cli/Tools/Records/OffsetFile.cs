using System.Text.Json;
using Samsa.Protocol;

namespace Samsa.Cli.Tools.Records;

/// <summary>The JSON file of <c>kafka-delete-records</c>.</summary>
internal static class OffsetFile
{
    private const int Version = 1;

    /// <summary>The offset for each partition, in the order of the file.</summary>
    /// <exception cref="ToolException">The file cannot be read or has another form.</exception>
    public static IReadOnlyDictionary<TopicPartition, long> Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return Read(document.RootElement);
        }
        catch (JsonException e)
        {
            throw new ToolException($"The input string is not a valid JSON ({path}: {e.Message})");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"{path} cannot be read: {e.Message}");
        }
    }

    private static Dictionary<TopicPartition, long> Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw new ToolException("Missing partitions field");
        if (root.TryGetProperty("version", out var version) && !(version.ValueKind == JsonValueKind.Number && version.TryGetInt32(out int n) && n == Version))
            throw new ToolException($"Not supported version field value {version}");
        if (!root.TryGetProperty("partitions", out var partitions) || partitions.ValueKind != JsonValueKind.Array)
            throw new ToolException("Missing partitions field");
        var offsets = new Dictionary<TopicPartition, long>();
        List<string> twice = [];
        foreach (var entry in partitions.EnumerateArray())
        {
            if (entry.ValueKind != JsonValueKind.Object
                || !entry.TryGetProperty("topic", out var topic) || topic.ValueKind != JsonValueKind.String
                || !entry.TryGetProperty("partition", out var partition) || !partition.TryGetInt32(out int number)
                || !entry.TryGetProperty("offset", out var offset) || !offset.TryGetInt64(out long value))
            {
                throw new ToolException($"Each of the partitions needs a topic, a partition and an offset; this one is {entry.GetRawText().ReplaceLineEndings(" ")}");
            }

            var key = new TopicPartition(topic.GetString()!, number);
            if (!offsets.TryAdd(key, value))
                twice.Add($"{key.Topic}-{key.Partition}");
        }

        return twice.Count == 0
            ? offsets
            : throw new ToolException($"Offset json file contains duplicate topic partitions: {string.Join(",", twice.Distinct())}");
    }
}

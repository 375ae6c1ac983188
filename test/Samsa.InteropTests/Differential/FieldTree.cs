using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Samsa.Protocol.Records;
using Samsa.Protocol.Wire;

namespace Samsa.InteropTests.Differential;

/// <summary>
/// Turns messages into lists of fields and replaces what must differ between two brokers by words; <see cref="Own"/> is the
/// whole list of it. One per scene, so that ids are numbered in the order in which the scene meets them.
/// </summary>
internal sealed partial class FieldTree(Side side, string prefix)
{
    private readonly Dictionary<(string Kind, long Id), int> _numbers = [];
    private readonly Dictionary<string, int> _members = new(StringComparer.Ordinal);

    /// <summary>All fields of a message, in depth.</summary>
    public List<FieldValue> Of(object message)
    {
        var fields = new List<FieldValue>();
        Add(fields, "", message);
        return fields;
    }

    private void Add(List<FieldValue> fields, string path, object? value, string name = "")
    {
        switch (value)
        {
            case null:
                fields.Add(new FieldValue(path, "null"));
                break;
            case RecordSlice records:
                AddRecords(fields, path, records);
                break;
            case ReadOnlyMemory<byte> bytes:
                fields.Add(new FieldValue(path, Convert.ToHexStringLower(bytes.Span)));
                break;
            case string or ValueType:
                fields.Add(new FieldValue(path, Own(name, value)));
                break;
            case IEnumerable list:
                AddList(fields, path, name, list);
                break;
            default:
                foreach (var property in value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
                {
                    var inner = property.GetValue(value);
                    if (inner is null && property.Name == "UnknownTaggedFields")
                        continue;
                    Add(fields, path.Length == 0 ? property.Name : $"{path}.{property.Name}", inner, property.Name);
                }

                break;
        }
    }

    private void AddList(List<FieldValue> fields, string path, string name, IEnumerable list)
    {
        var items = new List<object?>();
        foreach (var item in list)
            items.Add(item);
        if (items.Count == 0)
        {
            fields.Add(new FieldValue(path, "empty"));
            return;
        }

        // Apache Kafka answers these in the order of its hash tables.
        if (items[0] is not (string or ValueType))
            items.Sort((left, right) => string.CompareOrdinal(KeyOf(left), KeyOf(right)));
        for (var i = 0; i < items.Count; i++)
            Add(fields, string.Create(CultureInfo.InvariantCulture, $"{path}[{(KeyOf(items[i]) is { Length: > 0 } key ? key : i)}]"), items[i], name);
    }

    // What tells the structs of a list apart, empty where nothing does.
    private string KeyOf(object? item)
    {
        if (item is null or string or ValueType)
            return "";
        foreach (var name in new[] { "TopicName", "Name", "Topic", "ResourceName", "GroupId", "GroupInstanceId", "PartitionIndex", "Partition", "Index", "ApiKey", "NodeId" })
        {
            if (item.GetType().GetProperty(name)?.GetValue(item) is { } key && (key is string { Length: > 0 } or short or int))
                return Short(Convert.ToString(key, CultureInfo.InvariantCulture)!);
        }

        // Members come in any order; those whom the scene has met are told apart by their numbers.
        if (item.GetType().GetProperty("MemberId")?.GetValue(item) is string member)
            return MemberIds().Replace(Short(member), met => _members.ContainsKey(met.Value) ? Numbered(met) : "new id");
        return item.GetType().GetProperty("TopicId")?.GetValue(item) is Guid id ? Own("TopicId", id) : "";
    }

    private string Own(string name, object value) => (name, value) switch
    {
        ("Port", int port) when port == side.Port => "own port",
        ("ClusterId", string id) when id == side.ClusterId => "own cluster id",
        ("LogDir", string directory) when directory == side.Directory => "own directory",
        ("TotalBytes" or "UsableBytes", > 0L) => "bytes of the disk",
        ("LogAppendTimeMs" or "LastTimestamp", > 0L) => "time",
        ("ProducerId", long and > 0) => Number("producer", (long)value),
        ("SessionId", int id and > 0) => Number("session", id),
        ("ErrorMessage" or "BatchIndexErrorMessage" or "Documentation", string) => "text",
        (_, Guid id) => id == Guid.Empty || id == Scene.NobodysId ? id.ToString() : $"id of {Short(side.TopicName(id) ?? "a topic")}",
        (_, bool flag) => flag ? "true" : "false",
        (_, string text) => $"\"{MemberIds().Replace(Short(text), Numbered)}\"",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    // What is new in the id of a member of a group.
    private string Numbered(Match id)
    {
        if (!_members.TryGetValue(id.Value, out var number))
            _members[id.Value] = number = _members.Count + 1;
        return string.Create(CultureInfo.InvariantCulture, $"id {number}");
    }

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|^[A-Za-z0-9_-]{22}$")]
    private static partial Regex MemberIds();

    // So that a case reads the same in every version.
    private string Short(string text) => text.Replace(prefix, "~", StringComparison.Ordinal);

    private string Number(string kind, long id)
    {
        if (!_numbers.TryGetValue((kind, id), out var number))
            _numbers[(kind, id)] = number = _numbers.Count + 1;
        return string.Create(CultureInfo.InvariantCulture, $"{kind} {number}");
    }

    private void AddRecords(List<FieldValue> fields, string path, RecordSlice records)
    {
        if (records.IsNull || records.Length == 0)
        {
            fields.Add(new FieldValue(path, records.IsNull ? "null" : "empty"));
            return;
        }

        using var reader = new RecordReader();
        var at = 0;
        var batches = new RecordBatchEnumerator(records.Memory.Span);
        while (batches.MoveNext())
        {
            var batch = batches.Current;
            var place = string.Create(CultureInfo.InvariantCulture, $"{path}[{at++}]");
            fields.Add(new FieldValue(place, Describe(batch)));
            var inner = reader.Read(batch);
            while (inner.MoveNext())
            {
                var record = inner.Current;
                var time = batch.TimestampType == TimestampType.LogAppendTime ? "time" : record.Timestamp.ToString(CultureInfo.InvariantCulture);
                fields.Add(new FieldValue(
                    string.Create(CultureInfo.InvariantCulture, $"{place}.{record.Offset}"),
                    $"{time} {Bytes(record.Key)} {Bytes(record.Value)} headers {Convert.ToHexStringLower(record.Headers.Bytes)}"));
            }

            if (inner.Fault != RecordFault.None)
                fields.Add(new FieldValue(place + ".fault", inner.Fault.ToString()));
        }

        if (batches.Fault != RecordFault.None)
            fields.Add(new FieldValue(path + ".end", batches.Fault.ToString()));
    }

    private string Describe(RecordBatchView batch)
    {
        var time = batch.TimestampType == TimestampType.LogAppendTime ? "time" : batch.MaxTimestamp.ToString(CultureInfo.InvariantCulture);
        var common = string.Create(
            CultureInfo.InvariantCulture,
            $"magic {batch.Magic} {batch.Compression} {batch.TimestampType} {time} last {batch.LastOffset} crc {(batch.IsCrcValid() ? "ok" : "wrong")}");
        if (batch.Magic != RecordBatch.CurrentMagic)
            return common;
        var header = batch.Header;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{common} base {header.BaseOffset} epoch {header.PartitionLeaderEpoch} attributes {header.Attributes} count {header.RecordCount}"
            + $" {(header.HasProducerId ? Number("producer", header.ProducerId) : "no producer")}/{header.ProducerEpoch}/{header.BaseSequence}");
    }

    private static string Bytes(OptionalBytes bytes) => bytes.IsNull ? "null" : bytes.Span.Length > 40
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes.Span.Length} bytes")
        : Convert.ToHexStringLower(bytes.Span);
}

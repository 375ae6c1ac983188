using System.Globalization;
using System.Text.Json;
using Samsa.Generators.Schema;

namespace Samsa.UnitTests.Protocol.Schemas;

/// <summary>A message as one of Kafka's own schema files (facts only) describes it, flattened to the fields of one version.</summary>
internal sealed class ReferenceSchema
{
    private readonly JsonElement _root;
    private readonly Dictionary<string, JsonElement> _structs = [];

    public ReferenceSchema(JsonElement root)
    {
        _root = root;
        Name = root.GetProperty("name").GetString()!;
        Type = root.GetProperty("type").GetString()!;
        Versions = Range(root, "validVersions");
        Flexible = Range(root, "flexibleVersions");
        LatestUnstable = root.TryGetProperty("latestVersionUnstable", out var unstable) && unstable.GetBoolean();
        ApiKey = root.TryGetProperty("apiKey", out var key) ? key.GetInt32() : -1;
        if (root.TryGetProperty("commonStructs", out var shared))
        {
            foreach (var item in shared.EnumerateArray())
            {
                _structs[item.GetProperty("name").GetString()!] = item.GetProperty("fields");
            }
        }

        Collect(root.GetProperty("fields"));
        foreach (var fields in _structs.Values.ToArray())
        {
            Collect(fields);
        }
    }

    public string Name { get; }

    public string Type { get; }

    public int ApiKey { get; }

    public VersionRange Versions { get; }

    public VersionRange Flexible { get; }

    public bool LatestUnstable { get; }

    /// <summary>The wire form of one version: one line per field, in order, tagged fields last.</summary>
    public List<string> Describe(int version)
    {
        var lines = new List<string> { Flexible.Contains(version) ? "flexible" : "classic" };
        Describe(_root.GetProperty("fields"), version, "", lines);
        return lines;
    }

    private void Describe(JsonElement fields, int version, string path, List<string> lines)
    {
        var tagged = new List<(int Tag, string Line, JsonElement Field)>();
        foreach (var field in fields.EnumerateArray())
        {
            if (!FieldVersions(field).Contains(version))
            {
                continue;
            }

            var line = Line(field, version, path);
            if (Range(field, "taggedVersions").Contains(version))
            {
                tagged.Add((int.Parse(field.GetProperty("tag").ToString(), CultureInfo.InvariantCulture), line, field));
            }
            else
            {
                lines.Add(line);
                DescribeInner(field, version, path, lines);
            }
        }

        foreach (var (tag, line, field) in tagged.OrderBy(item => item.Tag))
        {
            lines.Add($"{line} tag {tag} default {Default(field)}");
            DescribeInner(field, version, path, lines);
        }
    }

    private void DescribeInner(JsonElement field, int version, string path, List<string> lines)
    {
        if (_structs.TryGetValue(ElementType(field), out var inner))
        {
            Describe(inner, version, $"{path}  ", lines);
        }
    }

    private string Line(JsonElement field, int version, string path)
    {
        var type = field.GetProperty("type").GetString()!;
        var element = ElementType(field);
        var shown = _structs.ContainsKey(element) ? type.Replace(element, "struct", StringComparison.Ordinal) : type;
        var name = field.GetProperty("name").GetString()!;
        var inflexible = Flexible.Contains(version) && field.TryGetProperty("flexibleVersions", out _) && !Range(field, "flexibleVersions").Contains(version);
        return $"{path}{name} {shown}{(Range(field, "nullableVersions").Contains(version) ? "?" : "")}{(inflexible ? " inflexible" : "")}";
    }

    private static string Default(JsonElement field)
    {
        var nullable = field.TryGetProperty("nullableVersions", out _);
        if (!field.TryGetProperty("default", out var value))
        {
            return "-";
        }

        var text = value.ValueKind == JsonValueKind.Null ? "null" : value.ToString().ToLowerInvariant();
        return text == "null" && !nullable ? "-" : text is "" or "0" or "false" ? "-" : text;
    }

    private void Collect(JsonElement fields)
    {
        foreach (var field in fields.EnumerateArray())
        {
            if (field.TryGetProperty("fields", out var inner))
            {
                _structs[ElementType(field)] = inner;
                Collect(inner);
            }
        }
    }

    private static string ElementType(JsonElement field)
    {
        var type = field.GetProperty("type").GetString()!;
        return type.StartsWith("[]", StringComparison.Ordinal) ? type[2..] : type;
    }

    /// <summary>Fields that are always tagged may leave out their versions.</summary>
    private static VersionRange FieldVersions(JsonElement field) =>
        field.TryGetProperty("versions", out _) ? Range(field, "versions") : Range(field, "taggedVersions");

    private static VersionRange Range(JsonElement element, string property) =>
        element.TryGetProperty(property, out var value) && VersionRange.TryParse(value.GetString()!, out var range) ? range : VersionRange.None;
}

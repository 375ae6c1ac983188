using Samsa.Generators.Schema;

namespace Samsa.UnitTests.Protocol.Schemas;

/// <summary>Our schema in the same flat form as <see cref="ReferenceSchema.Describe(int)"/>.</summary>
internal static class SchemaDescription
{
    public static List<string> Describe(MessageSchema message, int version)
    {
        var lines = new List<string> { message.Flexible.Contains(version) ? "flexible" : "classic" };
        Describe(message, message.Root, version, "", lines);
        return lines;
    }

    private static void Describe(MessageSchema message, StructSchema target, int version, string path, List<string> lines)
    {
        var present = target.Fields.Where(field => field.Versions.Contains(version)).ToList();
        var ordered = present.Where(field => !field.Tagged.Contains(version))
            .Concat(present.Where(field => field.Tagged.Contains(version)).OrderBy(field => field.Tag));
        foreach (var field in ordered)
        {
            var element = field.Type.IsStruct ? "struct" : field.Type.Element;
            var line = $"{path}{field.Name} {(field.Type.IsArray ? "[]" : "")}{element}{(field.Nullable.Contains(version) ? "?" : "")}";
            line += field.NeverFlexible && message.Flexible.Contains(version) ? " inflexible" : "";
            line += field.Tagged.Contains(version) ? $" tag {field.Tag} default {field.Default ?? "-"}" : "";
            lines.Add(line);
            if (field.Type.IsStruct)
            {
                Describe(message, message.FindStruct(field.Type.Element)!, version, path + "  ", lines);
            }
        }
    }
}

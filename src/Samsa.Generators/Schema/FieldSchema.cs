namespace Samsa.Generators.Schema;

/// <summary>One line of a schema: a field of a message or of a struct inside it.</summary>
internal sealed class FieldSchema(string name, FieldType type, VersionRange versions, int line)
{
    public string Name { get; } = name;

    public FieldType Type { get; } = type;

    /// <summary>The versions that have the field at all.</summary>
    public VersionRange Versions { get; } = versions;

    public int Line { get; } = line;

    /// <summary>The versions in which null is allowed.</summary>
    public VersionRange Nullable { get; set; } = VersionRange.None;

    /// <summary>The tag, or -1.</summary>
    public int Tag { get; set; } = -1;

    /// <summary>The versions in which the field travels in the tagged section.</summary>
    public VersionRange Tagged { get; set; } = VersionRange.None;

    /// <summary>The default as written, or null for the type's own (0, false, "", empty).</summary>
    public string? Default { get; set; }

    /// <summary>True when the compact form is never used for this field, whatever the message says.</summary>
    public bool NeverFlexible { get; set; }

    /// <summary>The field is the key of the collection around it. The wire format does not change.</summary>
    public bool IsKey { get; set; }

    /// <summary>The field may be dropped silently when it is written in a version that lacks it.</summary>
    public bool Ignorable { get; set; }

    /// <summary>What the value means (<c>BrokerId</c>). Documentation only.</summary>
    public string? Domain { get; set; }

    public string? Doc { get; set; }

    /// <summary>The name as a C# property.</summary>
    public string PropertyName => char.ToUpperInvariant(Name[0]) + Name.Substring(1);
}

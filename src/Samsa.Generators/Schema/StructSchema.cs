namespace Samsa.Generators.Schema;

/// <summary>A named group of fields inside a message.</summary>
internal sealed class StructSchema(string name, int line)
{
    public string Name { get; } = name;

    public int Line { get; } = line;

    public string? Doc { get; set; }

    public List<FieldSchema> Fields { get; } = [];
}

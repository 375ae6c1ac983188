using Samsa.Generators.Schema;

namespace Samsa.Fuzz.Messages;

/// <summary>
/// One value of a message: what a schema makes of its bytes. A number, a boolean and a float are kept as their bits; a string,
/// bytes, records and a uuid as their bytes; the elements of an array and the fields of a struct as items.
/// </summary>
internal sealed class Node(FieldSchema? field, StructSchema? layout)
{
    /// <summary>The field it belongs to, which an array's elements share with the array; null for a whole message.</summary>
    public FieldSchema? Field { get; } = field;

    /// <summary>The struct's fields; null for everything else.</summary>
    public StructSchema? Layout { get; } = layout;

    /// <summary>True for the array itself, false for its elements.</summary>
    public bool IsArray { get; init; }

    public bool IsNull { get; set; }

    public long Number { get; set; }

    public byte[] Bytes { get; set; } = [];

    public List<Node> Items { get; set; } = [];

    /// <summary>Tagged fields that the schema does not know.</summary>
    public List<KeyValuePair<uint, byte[]>> UnknownTags { get; set; } = [];

    /// <summary>The type of a value that is neither array nor struct.</summary>
    public string Element => Field?.Type.Element ?? "";

    public Node Copy() => new(Field, Layout)
    {
        IsArray = IsArray,
        IsNull = IsNull,
        Number = Number,
        Bytes = Bytes,
        Items = Items.ConvertAll(item => item.Copy()),
        UnknownTags = [.. UnknownTags],
    };

    /// <summary>This node and everything below it.</summary>
    public void Collect(List<Node> all)
    {
        all.Add(this);
        foreach (var item in Items)
        {
            item.Collect(all);
        }
    }

    /// <summary>The value of a field of this struct, or null.</summary>
    public Node? Find(string fieldName) => Items.Find(item => item.Field!.Name == fieldName);
}

namespace Samsa.Generators.Schema;

/// <summary>A field's type: a primitive of the wire format or a struct of the same message, alone or as an array.</summary>
internal sealed class FieldType(string element, bool isArray)
{
    private static readonly HashSet<string> Primitives =
    [
        "bool", "int8", "int16", "uint16", "int32", "uint32", "int64", "float64", "string", "uuid", "bytes", "records",
    ];

    /// <summary>The name of the primitive or struct, without the array mark.</summary>
    public string Element { get; } = element;

    public bool IsArray { get; } = isArray;

    public bool IsStruct => !Primitives.Contains(Element);

    /// <summary>True where the wire format has a null: everything but numbers, booleans and uuids.</summary>
    public bool CanBeNull => IsArray || IsStruct || Element is "string" or "bytes" or "records";

    public override string ToString() => IsArray ? "[]" + Element : Element;
}

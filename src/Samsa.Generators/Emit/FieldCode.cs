using Samsa.Generators.Schema;

namespace Samsa.Generators.Emit;

/// <summary>The C# of one field: its type, its default and the test against it.</summary>
internal sealed class FieldCode
{
    private readonly string _typeName;

    public FieldCode(FieldSchema field, MessageModel model)
    {
        Field = field;
        _typeName = field.Type.IsStruct ? model.TypeName(field.Type.Element) : Primitive(field);
        IsNullable = !field.Nullable.IsEmpty && field.Type.Element != "records" || (!field.Nullable.IsEmpty && field.Type.IsArray);
        DefaultsToNull = IsNullable && field.Default == "null";
        IsLazy = !IsNullable && (field.Type.IsArray || field.Type.IsStruct);
    }

    public FieldSchema Field { get; }

    /// <summary>The C# type of an element, or of the field itself when it is no array.</summary>
    public string ElementType => _typeName;

    /// <summary>The C# type of the property.</summary>
    public string PropertyType => (Field.Type.IsArray ? $"List<{_typeName}>" : _typeName) + (IsNullable ? "?" : "");

    public bool IsNullable { get; }

    public bool DefaultsToNull { get; }

    /// <summary>The property creates its empty value when it is first asked for, so that reading a message does not.</summary>
    public bool IsLazy { get; }

    public string Name => Field.PropertyName;

    public string BackingField => "_" + char.ToLowerInvariant(Name[0]) + Name.Substring(1);

    public bool IsErrorCode => IsErrorCodeField(Field);

    /// <summary>The initializer of the property, "" for C#'s own default.</summary>
    public string Initializer
    {
        get
        {
            if (DefaultsToNull)
            {
                return "";
            }

            if (Field.Type.IsArray)
            {
                return "[]";
            }

            if (Field.Type.IsStruct)
            {
                return "new()";
            }

            return Field.Type.Element switch
            {
                "string" => Literal,
                "bytes" => IsNullable ? "ReadOnlyMemory<byte>.Empty" : "",
                "records" => Field.Nullable.IsEmpty ? "RecordSlice.Empty" : "",
                _ => Field.Default is null ? "" : Literal,
            };
        }
    }

    /// <summary>A condition that is true when the field does not hold its default.</summary>
    public string IsNotDefault
    {
        get
        {
            if (DefaultsToNull)
            {
                return $"{Name} is not null";
            }

            if (Field.Type.IsArray)
            {
                return IsLazy ? $"{BackingField} is {{ Count: > 0 }}" : $"{Name} is not {{ Count: 0 }}";
            }

            if (Field.Type.IsStruct)
            {
                return IsLazy ? $"{BackingField} is not null && !{BackingField}.IsDefault()" : $"({Name} is null || !{Name}.IsDefault())";
            }

            return Field.Type.Element switch
            {
                "string" => $"{Name} is not {Literal}",
                "bool" => Literal == "true" ? $"!{Name}" : Name,
                "bytes" => IsNullable ? $"{Name} is not {{ IsEmpty: true }}" : $"!{Name}.IsEmpty",
                "records" => Field.Nullable.IsEmpty ? $"{Name}.Length != 0" : $"!{Name}.IsNull",
                _ => $"{Name} != {Literal}",
            };
        }
    }

    private string Literal => Field.Type.Element switch
    {
        "string" => Field.Default is null or "\"\"" ? "\"\"" : "\"" + Field.Default.Trim('"') + "\"",
        "bool" => Field.Default ?? "false",
        "uuid" => "Guid.Empty",
        "int16" when IsErrorCode => Field.Default is null ? "ErrorCode.None" : $"(ErrorCode)({Field.Default})",
        _ => Field.Default ?? "0",
    };

    /// <summary>Error codes are the 16-bit fields that are called so.</summary>
    public static bool IsErrorCodeField(FieldSchema field) =>
        field.Type.Element == "int16" && !field.Type.IsArray && field.PropertyName.EndsWith("ErrorCode", StringComparison.Ordinal);

    private static string Primitive(FieldSchema field) => field.Type.Element switch
    {
        "bool" => "bool",
        "int8" => "sbyte",
        "int16" => IsErrorCodeField(field) ? "ErrorCode" : "short",
        "uint16" => "ushort",
        "int32" => "int",
        "uint32" => "uint",
        "int64" => "long",
        "float64" => "double",
        "uuid" => "Guid",
        "string" => "string",
        "bytes" => "ReadOnlyMemory<byte>",
        _ => "RecordSlice",
    };
}

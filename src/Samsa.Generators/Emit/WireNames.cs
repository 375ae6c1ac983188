namespace Samsa.Generators.Emit;

/// <summary>How the reader and writer call the primitives.</summary>
internal static class WireNames
{
    public static string Of(string primitive) => primitive switch
    {
        "bool" => "Boolean",
        "int8" => "Int8",
        "int16" => "Int16",
        "uint16" => "UInt16",
        "int32" => "Int32",
        "uint32" => "UInt32",
        "int64" => "Int64",
        "float64" => "Float64",
        "uuid" => "Uuid",
        "string" => "String",
        "bytes" => "Bytes",
        _ => "Records",
    };
}

namespace Samsa.Generators.Schema;

/// <summary>What is wrong in a schema file. Lines count from 1.</summary>
internal sealed record SchemaError(string Path, int Line, string Message)
{
    public override string ToString() => $"{Path}({Line}): {Message}";
}

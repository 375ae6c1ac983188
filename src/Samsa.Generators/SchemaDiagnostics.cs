using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using Samsa.Generators.Schema;

namespace Samsa.Generators;

/// <summary>Turns errors in schemas into build errors that point at file and line.</summary>
internal static class SchemaDiagnostics
{
    private static readonly DiagnosticDescriptor SchemaErrorRule = new(
        "SAMSA001", "Error in a schema", "{0}", "Samsa.Schemas", DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static Diagnostic Create(SchemaError error)
    {
        var position = new LinePosition(Math.Max(error.Line - 1, 0), 0);
        var location = Location.Create(error.Path, default, new LinePositionSpan(position, position));
        return Diagnostic.Create(SchemaErrorRule, location, error.Message);
    }
}

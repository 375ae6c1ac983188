using Microsoft.CodeAnalysis;
using Samsa.Generators.Schema;

namespace Samsa.Generators.Records;

/// <summary>
/// Generates a class for each record in <c>schemas/zookeeper/*.kmsg</c>. Records use each other across files, so all files are
/// read before the first class is written.
/// </summary>
[Generator]
public sealed class RecordGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var files = context.AdditionalTextsProvider
            .Where(static file => IsSchema(file.Path))
            .Select(static (file, cancellation) => (file.Path, Text: file.GetText(cancellation)?.ToString() ?? ""))
            .Collect();
        context.RegisterSourceOutput(files, static (output, parts) =>
        {
            var parsed = new List<SchemaFile>();
            foreach (var (path, text) in parts)
            {
                parsed.Add(SchemaParser.Parse(path, text));
            }

            var errors = new List<SchemaError>();
            var catalog = new RecordCatalog(parsed, errors);
            foreach (var error in errors)
            {
                output.ReportDiagnostic(SchemaDiagnostics.Create(error));
            }

            if (errors.Count == 0)
            {
                foreach (var record in catalog.Records)
                {
                    output.AddSource(record.Name + ".g.cs", new RecordEmitter(record, catalog).Emit());
                }
            }
        });
    }

    private static bool IsSchema(string path) =>
        path.EndsWith(".kmsg", StringComparison.Ordinal) && path.Replace('\\', '/').Contains("schemas/zookeeper/");
}

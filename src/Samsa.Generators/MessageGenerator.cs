using Microsoft.CodeAnalysis;
using Samsa.Generators.Emit;
using Samsa.Generators.Schema;

namespace Samsa.Generators;

/// <summary>Generates a class for each message in <c>schemas/kafka/**.kmsg</c>, the registry of all messages and the enum of API keys.</summary>
[Generator]
public sealed class MessageGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var files = context.AdditionalTextsProvider
            .Where(static file => IsSchema(file.Path))
            .Select(static (file, cancellation) => Generate(file.Path, file.GetText(cancellation)?.ToString() ?? ""));
        context.RegisterSourceOutput(files, static (output, file) =>
        {
            foreach (var error in file.Errors)
            {
                output.ReportDiagnostic(SchemaDiagnostics.Create(error));
            }

            foreach (var source in file.Sources)
            {
                output.AddSource(source.Name + ".g.cs", source.Text);
            }
        });

        var summaries = files.Select(static (file, _) => file.Summaries).Collect();
        context.RegisterSourceOutput(summaries, static (output, parts) =>
        {
            var all = new List<MessageSummary>();
            foreach (var part in parts)
            {
                all.AddRange(part);
            }

            all.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
            if (all.Count > 0 && !ReportClashes(output, all))
            {
                output.AddSource("MessageRegistry.g.cs", RegistryEmitter.EmitRegistry(all));
                output.AddSource("ApiKey.g.cs", RegistryEmitter.EmitApiKeys(all));
            }
        });
    }

    private static bool IsSchema(string path) =>
        path.EndsWith(".kmsg", StringComparison.Ordinal) && path.Replace('\\', '/').Contains("schemas/kafka/");

    private static GeneratedFile Generate(string path, string text)
    {
        var file = SchemaParser.Parse(path, text);
        var sources = new List<GeneratedSource>();
        var summaries = new List<MessageSummary>();
        if (file.Errors.Count == 0)
        {
            foreach (var message in file.Messages)
            {
                sources.Add(new GeneratedSource(message.Name, new ClassEmitter(message).Emit()));
                summaries.Add(MessageSummary.Of(file, message));
            }
        }

        return new GeneratedFile(
            new EquatableList<GeneratedSource>(sources),
            new EquatableList<MessageSummary>(summaries),
            new EquatableList<SchemaError>(file.Errors));
    }

    private static bool ReportClashes(SourceProductionContext output, List<MessageSummary> all)
    {
        var names = new HashSet<string>();
        var keys = new HashSet<(string, int)>();
        var found = false;
        foreach (var message in all)
        {
            if (!names.Add(message.Name) || (message.Key >= 0 && !keys.Add((message.Kind, message.Key))))
            {
                found = true;
                output.ReportDiagnostic(SchemaDiagnostics.Create(new SchemaError(
                    message.Path, message.Line, $"{message.Name}: another file declares this name or this {message.Kind} {message.Key}")));
            }
        }

        return found;
    }
}

using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Samsa.Generators.Configuration;

/// <summary>
/// Turns <c>schemas/config/*.config</c> into the static table <c>Samsa.Broker.Configuration.ConfigKeys</c>. Runs only in the
/// assembly that owns the table; a line that cannot be read is a build error that names file and line.
/// </summary>
[Generator]
public sealed class ConfigTableGenerator : IIncrementalGenerator
{
    private const string Owner = "Samsa.Broker";

#pragma warning disable RS2008 // Release tracking is for analyzers that are shipped; this one is internal to the build.
    private static readonly DiagnosticDescriptor BadTable = new(
        "SAMSA2001", "Configuration table is wrong", "{0}: {1}", "Samsa", DiagnosticSeverity.Error, isEnabledByDefault: true);
#pragma warning restore RS2008

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var files = context.AdditionalTextsProvider
            .Where(file => file.Path.EndsWith(".config", StringComparison.Ordinal))
            .Select((file, cancellation) => (Name: Path.GetFileName(file.Path), Text: file.GetText(cancellation)?.ToString() ?? ""))
            .Collect();
        var owned = context.CompilationProvider.Select((compilation, _) => compilation.AssemblyName == Owner);
        context.RegisterSourceOutput(files.Combine(owned), (output, input) =>
        {
            if (input.Right)
            {
                Generate(output, input.Left);
            }
        });
    }

    private static void Generate(SourceProductionContext output, ImmutableArray<(string Name, string Text)> files)
    {
        var keys = new List<ConfigLine>();
        foreach (var (name, text) in files)
        {
            try
            {
                keys.AddRange(ConfigTableParser.Parse(text));
            }
            catch (FormatException wrong)
            {
                output.ReportDiagnostic(Diagnostic.Create(BadTable, Location.None, name, wrong.Message));
            }
        }

        foreach (var scope in keys.GroupBy(key => key.Scope))
        {
            try
            {
                var sorted = scope.OrderBy(key => key.Name, StringComparer.Ordinal).ToList();
                var twice = sorted.GroupBy(key => key.Name).FirstOrDefault(group => group.Count() > 1);
                if (twice != null)
                {
                    throw new FormatException($"{twice.Key} is declared twice");
                }

                var source = ConfigTableWriter.Write(scope.Key, sorted);
                output.AddSource($"ConfigKeys.{scope.Key}.g.cs", SourceText.From(source, Encoding.UTF8));
            }
            catch (FormatException wrong)
            {
                output.ReportDiagnostic(Diagnostic.Create(BadTable, Location.None, $"scope {scope.Key}", wrong.Message));
            }
        }
    }
}

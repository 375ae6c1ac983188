using Samsa.Generators.Emit;
using Samsa.Generators.Schema;

namespace Samsa.Generators;

/// <summary>All that one schema file turns into.</summary>
internal sealed record GeneratedFile(
    EquatableList<GeneratedSource> Sources,
    EquatableList<MessageSummary> Summaries,
    EquatableList<SchemaError> Errors);

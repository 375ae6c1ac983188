using Samsa.Generators.Schema;

namespace Samsa.Generators.Emit;

/// <summary>The little that the registry needs of each message; compared by value, so that an edit of fields leaves the registry alone.</summary>
internal sealed record MessageSummary(
    string Path,
    int Line,
    string Name,
    string ApiName,
    string Kind,
    int Key,
    int Lowest,
    int Highest,
    int LowestFlexible,
    int HighestDeprecated,
    bool LatestUnstable,
    string Listeners,
    string Doc)
{
    public static MessageSummary Of(SchemaFile file, MessageSchema message) => new(
        file.Path,
        message.Line,
        message.Name,
        file.ApiName ?? "",
        message.Kind,
        message.Key,
        message.Versions.From,
        message.Versions.To,
        message.Flexible.IsEmpty ? VersionRange.Open : message.Flexible.From,
        message.Deprecated.To,
        message.LatestUnstable,
        string.Join(" ", message.Listeners),
        message.Doc ?? message.Name + ".");
}

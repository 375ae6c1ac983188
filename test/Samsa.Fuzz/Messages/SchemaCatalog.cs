using Samsa.Generators.Schema;

namespace Samsa.Fuzz.Messages;

/// <summary>The parsed schemas of the repository that this program was built in.</summary>
internal static class SchemaCatalog
{
    private static readonly Lazy<Dictionary<string, MessageSchema>> Loaded = new(Load);

    public static IReadOnlyDictionary<string, MessageSchema> Messages => Loaded.Value;

    private static Dictionary<string, MessageSchema> Load()
    {
        var result = new Dictionary<string, MessageSchema>(StringComparer.Ordinal);
        var folder = Path.Combine(RepositoryPaths.Root, "schemas", "kafka");
        foreach (var path in Directory.EnumerateFiles(folder, "*.kmsg", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            foreach (var message in SchemaParser.Parse(path, File.ReadAllText(path)).Messages)
            {
                result.Add(message.Name, message);
            }
        }

        return result;
    }
}

using Samsa.Generators.Schema;
using Samsa.Protocol.Messages;
using Xunit;

namespace Samsa.UnitTests.Protocol.Schemas;

/// <summary>The parsed schemas of the repository, for tests that compare them with the generated code.</summary>
internal static class SchemaCatalog
{
    private static readonly Lazy<Dictionary<string, MessageSchema>> Loaded = new(Load);

    public static IReadOnlyDictionary<string, MessageSchema> Messages => Loaded.Value;

    /// <summary>The folder that holds Samsa.slnx.</summary>
    public static string RepositoryRoot
    {
        get
        {
            var directory = new DirectoryInfo(AppContext.BaseDirectory);
            while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Samsa.slnx")))
            {
                directory = directory.Parent;
            }

            return directory?.FullName ?? throw new InvalidOperationException("No Samsa.slnx above the tests.");
        }
    }

    public static TheoryData<string> Names()
    {
        var names = new TheoryData<string>();
        foreach (var message in MessageRegistry.Messages)
        {
            names.Add(message.Name);
        }

        return names;
    }

    public static MessageDescriptor Descriptor(string name) => MessageRegistry.Messages.Single(message => message.Name == name);

    private static Dictionary<string, MessageSchema> Load()
    {
        var result = new Dictionary<string, MessageSchema>();
        var folder = Path.Combine(RepositoryRoot, "schemas", "kafka");
        foreach (var path in Directory.EnumerateFiles(folder, "*.kmsg", SearchOption.AllDirectories))
        {
            var file = SchemaParser.Parse(path, File.ReadAllText(path));
            Assert.Empty(file.Errors);
            foreach (var message in file.Messages)
            {
                result.Add(message.Name, message);
            }
        }

        return result;
    }
}

namespace Samsa.Generators.Schema;

/// <summary>A request, response, header, or persisted record with all its versions; or a record of ZooKeeper, which has none.</summary>
internal sealed class MessageSchema(string kind, string name, int key, int line)
{
    /// <summary>The keyword of the declaration: <c>request</c>, <c>response</c>, <c>header</c>, <c>data</c>, <c>metadata</c> ...</summary>
    public string Kind { get; } = kind;

    /// <summary>A record of ZooKeeper: without versions, and free to use every other record as the type of a field.</summary>
    public bool IsRecord => Kind == "record";

    /// <summary>The class name.</summary>
    public string Name { get; } = name;

    /// <summary>The API key or record type, or -1.</summary>
    public int Key { get; } = key;

    public int Line { get; } = line;

    public string? Doc { get; set; }

    public VersionRange Versions { get; set; } = VersionRange.None;

    public VersionRange Flexible { get; set; } = VersionRange.None;

    public VersionRange Deprecated { get; set; } = VersionRange.None;

    public bool LatestUnstable { get; set; }

    public List<string> Listeners { get; } = [];

    /// <summary>The message's own fields.</summary>
    public StructSchema Root { get; } = new(name, line);

    /// <summary>The structs inside, in the order of their declaration.</summary>
    public List<StructSchema> Structs { get; } = [];

    public StructSchema? FindStruct(string structName)
    {
        foreach (var candidate in Structs)
        {
            if (candidate.Name == structName)
            {
                return candidate;
            }
        }

        return null;
    }
}

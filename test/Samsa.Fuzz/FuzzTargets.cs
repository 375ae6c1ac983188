using Samsa.Fuzz.Engine;
using Samsa.Fuzz.Targets;

namespace Samsa.Fuzz;

/// <summary>Every target by its name.</summary>
public static class FuzzTargets
{
    private static readonly Dictionary<string, Func<IFuzzTarget>> ByName = new(StringComparer.Ordinal)
    {
        ["requests"] = () => new RequestTarget(),
        ["messages"] = () => new MessageTarget(),
        ["batches"] = () => new BatchTarget(),
        ["codecs"] = () => new CodecTarget(),
        ["files"] = () => new FileTarget(),
        ["zookeeper"] = () => new ZooKeeperTarget(),
    };

    /// <summary>The names.</summary>
    public static IReadOnlyCollection<string> Names => ByName.Keys;

    /// <summary>A new target, or null when there is none of this name.</summary>
    public static IFuzzTarget? Create(string name) => ByName.TryGetValue(name, out var create) ? create() : null;

    /// <summary>The inputs that the repository keeps for a target.</summary>
    public static IReadOnlyList<byte[]> Corpus(string name)
    {
        var folder = Path.Combine(RepositoryPaths.Corpus, name);
        return Directory.Exists(folder) ? [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)] : [];
    }
}

using System.Globalization;
using System.Text;
using Samsa.Storage.Files;

namespace Samsa.Storage.Checkpoints;

/// <summary>
/// The file <c>meta.properties</c> of a log directory: which cluster and which broker it belongs to. Version 0 (ZooKeeper)
/// names the broker <c>broker.id</c>, version 1 (KRaft) <c>node.id</c>; both are read, and each is written as it was.
/// </summary>
public sealed record MetaProperties
{
    /// <summary>The file's name.</summary>
    public const string Name = "meta.properties";

    private const string VersionKey = "version";
    private const string ClusterIdKey = "cluster.id";
    private const string BrokerIdKey = "broker.id";
    private const string NodeIdKey = "node.id";
    private const string DirectoryIdKey = "directory.id";

    /// <summary>0 with <c>broker.id</c>, 1 with <c>node.id</c>.</summary>
    public int Version { get; init; }

    /// <summary>The cluster, null when the file does not say.</summary>
    public string? ClusterId { get; init; }

    /// <summary>The broker, null when the file does not say.</summary>
    public int? BrokerId { get; init; }

    /// <summary>The directory's own id (KIP-858), null when it has none.</summary>
    public string? DirectoryId { get; init; }

    /// <summary>Keys that nobody here knows; they are kept.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Others { get; init; } = [];

    /// <summary>Reads the file of a log directory, null when there is none.</summary>
    /// <exception cref="StorageException">The file is malformed; the message names the line or the key.</exception>
    public static MetaProperties? Read(IStorageFileSystem fileSystem, string directory)
    {
        ArgumentNullException.ThrowIfNull(fileSystem);
        var path = Path.Combine(directory, Name);
        if (!fileSystem.FileExists(path))
        {
            return null;
        }

        if (!JavaProperties.TryParse(Encoding.UTF8.GetString(fileSystem.ReadAllBytes(path)), out var entries, out var badLine))
        {
            throw MalformedFile.At(path, $"Line {badLine} has a broken escape; expected \\u and four hexadecimal digits");
        }

        var known = new Dictionary<string, string>(entries, StringComparer.Ordinal);
        var version = Number(path, known, VersionKey) ?? throw MalformedFile.At(path, $"The key {VersionKey} is missing; expected 0 or 1");
        if (version is not (0 or 1))
        {
            throw MalformedFile.At(path, $"The version is {version}; 0 and 1 are known");
        }

        return new MetaProperties
        {
            Version = version,
            ClusterId = known.GetValueOrDefault(ClusterIdKey),
            BrokerId = Number(path, known, version == 0 ? BrokerIdKey : NodeIdKey),
            DirectoryId = known.GetValueOrDefault(DirectoryIdKey),
            Others = entries.FindAll(entry => !IsKnown(entry.Key, version)),
        };
    }

    /// <summary>Writes the file, durably, with the comment lines that Java writes; <paramref name="now"/> appears in one of them.</summary>
    public void Write(IStorageFileSystem fileSystem, string directory, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(fileSystem);
        var text = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"#\n#{now.ToUniversalTime():ddd MMM dd HH:mm:ss} UTC {now.ToUniversalTime():yyyy}\n");
        Append(text, Version == 0 ? BrokerIdKey : NodeIdKey, BrokerId?.ToString(CultureInfo.InvariantCulture));
        Append(text, DirectoryIdKey, DirectoryId);
        Append(text, VersionKey, Version.ToString(CultureInfo.InvariantCulture));
        Append(text, ClusterIdKey, ClusterId);
        foreach (var (key, value) in Others)
        {
            Append(text, key, value);
        }

        fileSystem.WriteAtomically(Path.Combine(directory, Name), Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static void Append(StringBuilder text, string key, string? value)
    {
        if (value is not null)
        {
            JavaProperties.AppendLine(text, key, value);
        }
    }

    private static bool IsKnown(string key, int version) =>
        key is VersionKey or ClusterIdKey or DirectoryIdKey || key == (version == 0 ? BrokerIdKey : NodeIdKey);

    private static int? Number(string path, Dictionary<string, string> entries, string key)
    {
        if (!entries.TryGetValue(key, out var text))
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw MalformedFile.At(path, $"The value of {key} is '{text}'; expected a whole number");
    }
}

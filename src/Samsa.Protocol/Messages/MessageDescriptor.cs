namespace Samsa.Protocol.Messages;

/// <summary>What the schemas say about a message.</summary>
public sealed class MessageDescriptor
{
    internal MessageDescriptor(
        string name,
        MessageKind kind,
        short key,
        (short Lowest, short Highest) versions,
        short lowestFlexibleVersion,
        short highestDeprecatedVersion,
        bool latestVersionUnstable,
        ApiListeners listeners,
        Func<IMessage> create)
    {
        Name = name;
        Kind = kind;
        Key = key;
        LowestVersion = versions.Lowest;
        HighestVersion = versions.Highest;
        LowestFlexibleVersion = lowestFlexibleVersion;
        HighestDeprecatedVersion = highestDeprecatedVersion;
        LatestVersionUnstable = latestVersionUnstable;
        Listeners = listeners;
        Create = create;
    }

    /// <summary>The class name, such as <c>FetchRequest</c>.</summary>
    public string Name { get; }

    /// <summary>What the message is for.</summary>
    public MessageKind Kind { get; }

    /// <summary>The API key of a request or response, the record type of a record, -1 for anything else.</summary>
    public short Key { get; }

    /// <summary>The oldest version.</summary>
    public short LowestVersion { get; }

    /// <summary>The newest version.</summary>
    public short HighestVersion { get; }

    /// <summary>The first version with compact forms and tagged fields (KIP-482); <see cref="short.MaxValue"/> when there is none.</summary>
    public short LowestFlexibleVersion { get; }

    /// <summary>The newest version that Kafka has deprecated, -1 when there is none.</summary>
    public short HighestDeprecatedVersion { get; }

    /// <summary>True when the newest version may still change: not to be advertised by default (<c>unstable.api.versions.enable</c>).</summary>
    public bool LatestVersionUnstable { get; }

    /// <summary>The nodes that serve the API.</summary>
    public ApiListeners Listeners { get; }

    /// <summary>Creates an empty message.</summary>
    public Func<IMessage> Create { get; }

    /// <summary>True when the version uses compact forms and tagged fields.</summary>
    public bool IsFlexible(short version) => version >= LowestFlexibleVersion;

    /// <summary>True when the message has the version.</summary>
    public bool Has(short version) => version >= LowestVersion && version <= HighestVersion;

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {LowestVersion}-{HighestVersion}";
}

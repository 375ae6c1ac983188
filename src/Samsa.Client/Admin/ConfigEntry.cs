namespace Samsa.Client.Admin;

/// <summary>A setting as the cluster has it.</summary>
/// <param name="Name">Kafka's key.</param>
/// <param name="Value">The value; null when it is a secret or there is none.</param>
public sealed record ConfigEntry(string Name, string? Value)
{
    /// <summary>Where the value comes from.</summary>
    public ConfigSource Source { get; init; }

    /// <summary>Whether it cannot be changed at run time.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Whether the value is a secret, which no broker tells.</summary>
    public bool IsSensitive { get; init; }

    /// <summary>The type of the value.</summary>
    public ConfigValueType Type { get; init; }

    /// <summary>What the setting means; null unless it was asked for and the broker is Kafka 2.6 or newer.</summary>
    public string? Documentation { get; init; }

    /// <summary>All places that set the value, the strongest first; empty unless they were asked for.</summary>
    public IReadOnlyList<ConfigSynonym> Synonyms { get; init; } = [];

    /// <summary>Whether nobody set the value.</summary>
    public bool IsDefault => Source == ConfigSource.Default;
}

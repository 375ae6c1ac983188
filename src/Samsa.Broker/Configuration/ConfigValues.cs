using System.Collections.Frozen;
using System.Globalization;

namespace Samsa.Broker.Configuration;

/// <summary>
/// The values of one broker, by layer: set at run time for this broker, set at run time for all brokers, set in the file, the
/// key's default. Immutable; all values are valid and in Kafka's normal form.
/// </summary>
public sealed class ConfigValues
{
    private static readonly FrozenDictionary<string, string> Empty = FrozenDictionary<string, string>.Empty;

    /// <summary>Layers of already normalized values.</summary>
    internal ConfigValues(
        IReadOnlyDictionary<string, string> fixedValues,
        IReadOnlyDictionary<string, string>? dynamicDefaults = null,
        IReadOnlyDictionary<string, string>? dynamicValues = null)
    {
        Static = fixedValues;
        DynamicDefaults = dynamicDefaults ?? Empty;
        Dynamic = dynamicValues ?? Empty;
    }

    /// <summary>From the file and the command line.</summary>
    public IReadOnlyDictionary<string, string> Static { get; }

    /// <summary>Set at run time for all brokers.</summary>
    public IReadOnlyDictionary<string, string> DynamicDefaults { get; }

    /// <summary>Set at run time for this broker.</summary>
    public IReadOnlyDictionary<string, string> Dynamic { get; }

    /// <summary>The value that counts, or null when the key has none.</summary>
    public string? Get(string name) =>
        Dynamic.TryGetValue(name, out var value) || DynamicDefaults.TryGetValue(name, out value) || Static.TryGetValue(name, out value)
            ? value
            : ConfigKeys.Find(ConfigScope.Broker, name)?.DefaultValue;

    /// <summary>Where the value that counts comes from.</summary>
    public ConfigSource SourceOf(string name) =>
        Dynamic.ContainsKey(name) ? ConfigSource.DynamicBroker
        : DynamicDefaults.ContainsKey(name) ? ConfigSource.DynamicDefaultBroker
        : Static.ContainsKey(name) ? ConfigSource.StaticBroker
        : ConfigSource.Default;

    /// <summary>A number of 32 bits.</summary>
    public int GetInt(string name) => int.Parse(Required(name), CultureInfo.InvariantCulture);

    /// <summary>A number of 64 bits.</summary>
    public long GetLong(string name) => long.Parse(Required(name), CultureInfo.InvariantCulture);

    /// <summary>A number of 64 bits, null when the key has no value.</summary>
    public long? GetOptionalLong(string name) => Get(name) is { } value ? long.Parse(value, CultureInfo.InvariantCulture) : null;

    /// <summary>A floating point number.</summary>
    public double GetDouble(string name) => double.Parse(Required(name), CultureInfo.InvariantCulture);

    /// <summary>True or false.</summary>
    public bool GetBool(string name) => Required(name) == "true";

    /// <summary>The elements of a list; none when the key has no value.</summary>
    public string[] GetList(string name) => Get(name) is { } value ? ConfigKey.SplitList(value) : [];

    private string Required(string name) =>
        Get(name) ?? throw new ConfigException(name, null, "Missing required configuration which has no default value.");
}

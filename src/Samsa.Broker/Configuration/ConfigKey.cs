using System.Globalization;

namespace Samsa.Broker.Configuration;

/// <summary>One configuration key. All of them come from the table in schemas/config; see <see cref="ConfigKeys"/>.</summary>
public sealed class ConfigKey
{
    /// <summary>The property's name.</summary>
    public required string Name { get; init; }

    /// <summary>What it configures.</summary>
    public required ConfigScope Scope { get; init; }

    /// <summary>The type of its value.</summary>
    public required ConfigType Type { get; init; }

    /// <summary>The value when nobody sets it; null for none.</summary>
    public required string? DefaultValue { get; init; }

    /// <summary>Whether and how it can change at run time.</summary>
    public required ConfigUpdateMode UpdateMode { get; init; }

    /// <summary>Kafka's grading.</summary>
    public ConfigImportance Importance { get; init; } = ConfigImportance.Medium;

    /// <summary>The rule for valid values; null when every value of the type is valid.</summary>
    public ConfigValidator? Validator { get; init; }

    /// <summary>Further properties.</summary>
    public ConfigTraits Traits { get; init; }

    /// <summary>For topics and groups: the broker keys that give the default, in the order in which they are asked.</summary>
    public IReadOnlyList<BrokerKeyLink> BrokerKeys { get; init; } = [];

    /// <summary>What the key does; null as long as it does nothing.</summary>
    public string? Documentation { get; init; }

    /// <summary>Samsa obeys the key.</summary>
    public bool HasEffect => (Traits & ConfigTraits.HasEffect) != 0;

    /// <summary>The value is never shown.</summary>
    public bool IsSensitive => (Traits & ConfigTraits.Sensitive) != 0 || Type == ConfigType.Password;

    /// <summary>
    /// Checks <paramref name="raw"/> and returns it in the form in which Kafka reports it (trimmed, lists joined by a bare comma).
    /// </summary>
    /// <exception cref="ConfigException">The value is not of the type, or outside what the key allows.</exception>
    public string Normalize(string raw)
    {
        var value = Type is ConfigType.Password ? raw : raw.Trim();
        var normalized = Type switch
        {
            ConfigType.Boolean => NormalizeBoolean(value),
            ConfigType.Int => Integer(value, int.MinValue, int.MaxValue, "INT"),
            ConfigType.Short => Integer(value, short.MinValue, short.MaxValue, "SHORT"),
            ConfigType.Long => Integer(value, long.MinValue, long.MaxValue, "LONG"),
            ConfigType.Double => NormalizeDouble(value),
            ConfigType.List => NormalizeList(value),
            _ => value,
        };
        if (Validator?.Check(this, normalized) is { } reason)
        {
            throw new ConfigException(Name, Type == ConfigType.List ? Validator.Culprit(this, normalized) : normalized, reason);
        }

        return normalized;
    }

    /// <summary>The elements of a list value: separated by commas, blanks around them dropped; an empty text has none.</summary>
    public static string[] SplitList(string value)
    {
        var trimmed = value.Trim();
        return trimmed.Length == 0 ? [] : trimmed.Split(',', StringSplitOptions.TrimEntries);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private string NormalizeList(string value)
    {
        var elements = SplitList(value);
        return Array.IndexOf(elements, "") < 0
            ? string.Join(',', Scope == ConfigScope.Topic ? elements.Distinct(StringComparer.Ordinal) : elements)
            : throw new ConfigException($"Configuration '{Name}' values must not be empty.");
    }

    private string NormalizeBoolean(string value)
    {
        if (value.Equals("true", StringComparison.OrdinalIgnoreCase))
        {
            return "true";
        }

        return value.Equals("false", StringComparison.OrdinalIgnoreCase)
            ? "false"
            : throw new ConfigException(Name, value, "Expected value to be either true or false");
    }

    private string Integer(string value, long min, long max, string type) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number.ToString(CultureInfo.InvariantCulture)
            : throw new ConfigException(Name, value, $"Not a number of type {type}");

    private string NormalizeDouble(string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? JavaNumbers.ToText(number)
            : throw new ConfigException(Name, value, "Not a number of type DOUBLE");
}

using System.Globalization;

namespace Samsa.Broker.Configuration;

/// <summary>The configuration of a group: its own values over the broker's defaults over the table's.</summary>
public static class GroupConfigs
{
    /// <summary>
    /// Checks a value against the broker's bounds: <c>consumer.session.timeout.ms</c> lies between
    /// <c>group.consumer.min.session.timeout.ms</c> and <c>group.consumer.max.session.timeout.ms</c>, and so on.
    /// </summary>
    /// <exception cref="ConfigException">It lies outside.</exception>
    public static void CheckBounds(ConfigValues broker, ConfigKey key, string value)
    {
        ArgumentNullException.ThrowIfNull(broker);
        ArgumentNullException.ThrowIfNull(key);
        var dot = key.Name.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0 || key.Type != ConfigType.Int)
        {
            return;
        }

        var (kind, rest) = (key.Name[..dot], key.Name[(dot + 1)..]);
        var minimum = $"group.{kind}.min.{rest}";
        if (Bound(broker, minimum) is { } low && long.Parse(value, CultureInfo.InvariantCulture) < low)
        {
            throw new ConfigException($"{key.Name} must be greater than or equal to {minimum}");
        }

        var maximum = $"group.{kind}.max.{rest}";
        if (Bound(broker, maximum) is { } high && long.Parse(value, CultureInfo.InvariantCulture) > high)
        {
            throw new ConfigException($"{key.Name} must be less than or equal to {maximum}");
        }
    }

    private static long? Bound(ConfigValues broker, string name) =>
        ConfigKeys.Find(ConfigScope.Broker, name) == null ? null : broker.GetOptionalLong(name);
}

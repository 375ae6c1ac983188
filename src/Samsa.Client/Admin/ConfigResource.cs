using System.Globalization;

namespace Samsa.Client.Admin;

/// <summary>Something that has a configuration.</summary>
/// <param name="Type">Its kind.</param>
/// <param name="Name">Its name; for a broker the id, and the empty name for what holds for all brokers.</param>
public readonly record struct ConfigResource(ConfigResourceType Type, string Name)
{
    /// <summary>What holds for every broker that does not say otherwise (<c>--entity-default</c>).</summary>
    public static ConfigResource BrokerDefault { get; } = new(ConfigResourceType.Broker, "");

    /// <summary>A topic.</summary>
    public static ConfigResource Topic(string name) => new(ConfigResourceType.Topic, name);

    /// <summary>One broker.</summary>
    public static ConfigResource Broker(int id) => new(ConfigResourceType.Broker, id.ToString(CultureInfo.InvariantCulture));

    /// <summary>The broker that alone can answer for this resource; null when any can.</summary>
    internal int? OnlyAt =>
        Type is ConfigResourceType.Broker or ConfigResourceType.BrokerLogger
        && int.TryParse(Name, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
}

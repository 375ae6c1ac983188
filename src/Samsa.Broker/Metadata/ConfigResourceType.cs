namespace Samsa.Broker.Metadata;

/// <summary>What a configuration request names. The numbers are those on the wire.</summary>
public enum ConfigResourceType : sbyte
{
    /// <summary>Not known.</summary>
    Unknown = 0,

    /// <summary>A topic.</summary>
    Topic = 2,

    /// <summary>A broker, or all of them when the name is empty.</summary>
    Broker = 4,

    /// <summary>The log levels of a broker.</summary>
    BrokerLogger = 8,

    /// <summary>A client metrics subscription.</summary>
    ClientMetrics = 16,

    /// <summary>A group.</summary>
    Group = 32,
}

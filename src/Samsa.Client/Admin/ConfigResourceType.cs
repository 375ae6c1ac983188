namespace Samsa.Client.Admin;

/// <summary>The kinds of things that have a configuration; the numbers are the wire's.</summary>
public enum ConfigResourceType
{
    /// <summary>None that this client knows.</summary>
    Unknown = 0,

    /// <summary>A topic.</summary>
    Topic = 2,

    /// <summary>A broker by its id, or all of them with the empty name.</summary>
    Broker = 4,

    /// <summary>The log levels of a broker.</summary>
    BrokerLogger = 8,

    /// <summary>A subscription to clients' metrics (KIP-714).</summary>
    ClientMetrics = 16,

    /// <summary>A group (KIP-848).</summary>
    Group = 32,
}

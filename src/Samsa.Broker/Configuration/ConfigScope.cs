namespace Samsa.Broker.Configuration;

/// <summary>What a key configures.</summary>
public enum ConfigScope
{
    /// <summary>A broker.</summary>
    Broker,

    /// <summary>A topic.</summary>
    Topic,

    /// <summary>A group.</summary>
    Group,
}

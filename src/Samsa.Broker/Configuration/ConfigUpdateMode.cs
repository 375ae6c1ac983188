namespace Samsa.Broker.Configuration;

/// <summary>How a key may change at run time (KIP-226).</summary>
public enum ConfigUpdateMode
{
    /// <summary>Only in the file; needs a restart.</summary>
    ReadOnly,

    /// <summary>Dynamic, for one broker at a time only.</summary>
    PerBroker,

    /// <summary>Dynamic, for all brokers or for one.</summary>
    ClusterWide,

    /// <summary>Dynamic: keys of topics and groups.</summary>
    Dynamic,
}

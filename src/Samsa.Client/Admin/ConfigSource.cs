namespace Samsa.Client.Admin;

/// <summary>Where the value of a setting comes from; the numbers are the wire's.</summary>
public enum ConfigSource
{
    /// <summary>The broker does not say, or says something newer than this client.</summary>
    Unknown = 0,

    /// <summary>Set for the topic.</summary>
    DynamicTopic = 1,

    /// <summary>Set at run time for the one broker.</summary>
    DynamicBroker = 2,

    /// <summary>Set at run time for all brokers.</summary>
    DynamicDefaultBroker = 3,

    /// <summary>From the properties file of the broker.</summary>
    StaticBroker = 4,

    /// <summary>Nobody set it.</summary>
    Default = 5,

    /// <summary>A log level that was set at run time.</summary>
    DynamicBrokerLogger = 6,

    /// <summary>Set for a subscription to clients' metrics.</summary>
    DynamicClientMetrics = 7,

    /// <summary>Set for the group.</summary>
    DynamicGroup = 8,
}

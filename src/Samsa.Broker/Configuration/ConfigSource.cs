namespace Samsa.Broker.Configuration;

/// <summary>Where a value comes from, as DescribeConfigs v1 and later says it.</summary>
public enum ConfigSource : sbyte
{
    /// <summary>Not known.</summary>
    Unknown = 0,

    /// <summary>Set for the topic.</summary>
    DynamicTopic = 1,

    /// <summary>Set at run time for one broker.</summary>
    DynamicBroker = 2,

    /// <summary>Set at run time for all brokers.</summary>
    DynamicDefaultBroker = 3,

    /// <summary>Set in the file or on the command line.</summary>
    StaticBroker = 4,

    /// <summary>Nobody set it.</summary>
    Default = 5,

    /// <summary>The level of a logger.</summary>
    DynamicBrokerLogger = 6,

    /// <summary>Set for a client metrics subscription.</summary>
    ClientMetrics = 7,

    /// <summary>Set for the group.</summary>
    Group = 8,
}

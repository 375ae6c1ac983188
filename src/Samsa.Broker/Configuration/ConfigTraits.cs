namespace Samsa.Broker.Configuration;

/// <summary>Further properties of a key.</summary>
[Flags]
public enum ConfigTraits
{
    /// <summary>Known, without effect.</summary>
    None = 0,

    /// <summary>Samsa obeys the key.</summary>
    HasEffect = 1,

    /// <summary>The value is never shown.</summary>
    Sensitive = 2,

    /// <summary>Accepted, but never reported by DescribeConfigs.</summary>
    Internal = 4,

    /// <summary>Known to Apache Kafka 3.9 and not to 4.3.</summary>
    OnlyInKafka39 = 8,

    /// <summary>Known to Apache Kafka 4.3 and not to 3.9.</summary>
    OnlyInKafka43 = 16,

    /// <summary>Not a key of Apache Kafka.</summary>
    OwnedBySamsa = 32,
}

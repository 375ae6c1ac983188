namespace Samsa.Broker.Configuration;

/// <summary>Kafka's grading of a key.</summary>
public enum ConfigImportance
{
    /// <summary>Most installations set it.</summary>
    High,

    /// <summary>Some installations set it.</summary>
    Medium,

    /// <summary>Hardly anybody sets it.</summary>
    Low,
}

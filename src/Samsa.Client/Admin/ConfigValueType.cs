namespace Samsa.Client.Admin;

/// <summary>The type of a setting's value; the numbers are the wire's.</summary>
public enum ConfigValueType
{
    /// <summary>The broker does not say (before Kafka 2.6).</summary>
    Unknown = 0,

    /// <summary>True or false.</summary>
    Boolean = 1,

    /// <summary>Text.</summary>
    String = 2,

    /// <summary>A 32-bit integer.</summary>
    Int32 = 3,

    /// <summary>A 16-bit integer.</summary>
    Int16 = 4,

    /// <summary>A 64-bit integer.</summary>
    Int64 = 5,

    /// <summary>A double.</summary>
    Double = 6,

    /// <summary>Texts, separated by commas.</summary>
    List = 7,

    /// <summary>The name of a class.</summary>
    Class = 8,

    /// <summary>A secret.</summary>
    Password = 9,
}

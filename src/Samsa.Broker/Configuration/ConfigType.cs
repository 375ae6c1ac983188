namespace Samsa.Broker.Configuration;

/// <summary>The type of a configuration value. The numbers are those of DescribeConfigs v3 and later.</summary>
public enum ConfigType : sbyte
{
    /// <summary>A key that no table knows; its value is never shown.</summary>
    Unknown = 0,

    /// <summary><c>true</c> or <c>false</c>, in any case.</summary>
    Boolean = 1,

    /// <summary>Text.</summary>
    String = 2,

    /// <summary>A 32-bit number.</summary>
    Int = 3,

    /// <summary>A 16-bit number.</summary>
    Short = 4,

    /// <summary>A 64-bit number.</summary>
    Long = 5,

    /// <summary>A floating-point number.</summary>
    Double = 6,

    /// <summary>Values separated by commas.</summary>
    List = 7,

    /// <summary>The name of a class of the JVM; only names with a counterpart in Samsa can have an effect.</summary>
    Class = 8,

    /// <summary>A secret.</summary>
    Password = 9,
}

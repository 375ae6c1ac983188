namespace Samsa.Broker.Configuration;

/// <summary>A configuration that cannot be used. The message names the key, the value and what would be right.</summary>
public sealed class ConfigException : Exception
{
    /// <summary>A problem that no single key has.</summary>
    public ConfigException(string message)
        : base(message)
    {
    }

    /// <summary>A value that its key does not allow, in the words that Kafka's clients know.</summary>
    public ConfigException(string key, string? value, string reason)
        : base($"Invalid value {value ?? "null"} for configuration {key}: {reason}")
    {
    }
}
